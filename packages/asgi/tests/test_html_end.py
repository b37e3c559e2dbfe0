"""Where a page ends: agreed with what Chromium does with the same markup."""

from __future__ import annotations

import tracemalloc

import pytest

from debug_toolbar_asgi.html_end import LONGEST_TOKEN, PageEnd, only_closing, place

# `^` is where the script goes; without one there is no place where it would run.
PAGES = [
    "<body>hello^</body></html>",
    "<BODY>hello^</BODY\n></HTML>\n",
    "<body>hello^</body ></html><!-- made in 3 ms -->\n",
    '<body>hello^</body class="a > b"></html>',
    "<p>no body tag^",
    "<body>one</body><p>two^</body></html>",
    "<body>one</body></html><body>two^</body></html><script>late()</script>",
    "<body>a</BODY>b^</Body></html>",
    # comments
    "<body>a^</body><!-- </body> --></html>",
    "<body>a^</body><!-- </body> --!></html>",
    "<body><!-- </body> -->text^",
    "<body><!--> b^</body> <!-- -->",
    "<body><!---> b^</body> <!-- -->",
    "<body><!--!> </body> --> b^",
    "<body><!----!> b^</body><b>",
    "<body><!-- a <!-- </body> --> b^</body><b>",
    "<body><! </body> x^",
    "<body><? </body> x^",
    "<body></3 </body> x^",
    "<body></> ^</body><b>",
    '<!DOCTYPE html PUBLIC "-//W3C//DTD><body>x^</body><b>',
    "<body><!-x </body> x^",
    # CDATA is there only in SVG and MathML, elsewhere it is a comment up to the first >
    "<body><svg><![CDATA[ <b> </body> ]]></svg>x^</body><b>",
    "<body><![CDATA[ </body> ]]> x^",
    "<body><![CDATA[ <b> ^</body> ]]> x",
    "<body><svg><foreignObject><![CDATA[ > </foreignObject></svg> ^</body> <b>",
    # attributes
    '<body><a title="</body>">x</a></html>^',
    "<body><a title='</body>' b>x</a></html>^",
    "<body><a title = \n '>' alt=\"</body>\">x</a></html>^",
    '<body><a title=a"b>^</body>"<b>',
    '<body><a "x>^</body>"<b>',
    '<body><a ="x>^</body>"<b>',
    '<body><a b=c="d>^</body>"<b>',
    '<body><a b="c"d="</body>">x^',
    "<body><a b/=c>^</body><b>",
    "<body><a b= >^</body><b>",
    "<body><iframe srcdoc='<body></body></html>'></iframe>^</body><b>",
    # raw text
    "<body><script>a = '</body></html>'</script></html>^",
    "<body><script>a = '</scripts></body>'</script x='>'></html>^",
    "<body><script><!-- <script> </script> </body> --></script><b>^",
    "<body><script><!-- <script> --> </script>^</body><b>",
    "<body><script><!-- </script>^</body> --><b>",
    "<body><script><!--></script>^</body> --><b>",
    "<body><style>/* </body> */</style ></html>^",
    "<body><textarea></body></textarea></html>^",
    "<head><title></body></title></head>text^",
    "<body><noscript></body></noscript><b>^",
    "<body><xmp></body></xmp><noembed></body></noembed><noframes></body></noframes><b>^",
    "<body><script/></body></script><b>^",
    "<body><scripted></scripted>^</body><b>",
    "<body></script></style>^</body><b>",
    # templates, SVG and MathML
    "<body><template><p></body></template></html>^",
    "<body><template><template></template></body></template></html>^",
    "<body><template><svg></template>^</body><b>",
    "<body><template></svg></body></template><b>^",
    "<body></template>^</body><b>",
    "<body><template/></body></template><b>^",
    "<body><svg><title>x</title><style>a</style></svg>^</body><b>",
    "<body><svg><title/><style/></svg>^</body><b>",
    "<body><svg/><title></body></title><b>^",
    "<body><svg a=b/></svg><title></body></title><b>^",
    "<body><svg><path d='M0 0'/>1 < 2 <p>^</body><b>",
    "<body><svg>x</p>^</body><b>",
    "<body><svg><foreignObject><style></body></style></foreignObject></svg><b>^",
    "<body><math><mi>x<svg/></mi></math>^</body><b>",
    "<body><math><mi><title></body></title></mi></math><b>^",
    # text
    "<body>1 < 2 && 3 <4 <> ^</body><b>",
    "<body><x-element a></x-element><^</body><b>",
    "<body>caf\xe9 \xff\x00 ^</body><b>",
    # the page breaks off
    "<body>x^</body ",
    "<body>x^</body a='",
    "<body>x^</body><!-- ",
    "<body><!-- x",
    "<body><script>x",
    "<body><textarea>x</body>\nx",
    "<body><plaintext></body></html>x",
    "<body><template>x",
    "<body><svg>x",
    "<body><a title",
    "<body>x</",
    "<body>x<!",
    "<body>x</bod",
    '<body><a title="</body',
    "<body><script>'</body></html>'",
    "<body><!-- </body></html>--",
]


def _bytes(page: str) -> bytes:
    return page.replace("^", "").encode("latin-1")


def _marked(page: str) -> int | None:
    return page.find("^") if "^" in page else None


def _found(end: PageEnd, size: int) -> int | None:
    """What place() makes of it."""
    return end.last if end.last is not None else size if end.runs_here else None


@pytest.mark.parametrize("page", PAGES)
def test_the_place_is_where_a_browser_would_end_the_body(page: str) -> None:
    """The script's place in a whole page is before the last `</body>` that a browser takes for one."""
    assert place(_bytes(page)) == _marked(page)


@pytest.mark.parametrize("page", PAGES)
def test_chunks_may_be_cut_anywhere(page: str) -> None:
    """Cut in two at any byte, or into single bytes, a page has the same place."""
    data = _bytes(page)
    cuts = [[data[:at], data[at:]] for at in range(len(data) + 1)]
    for chunks in [*cuts, [data[at : at + 1] for at in range(len(data))]]:
        end = PageEnd()
        for chunk in chunks:
            end.feed(chunk)
        assert _found(end, len(data)) == _marked(page), chunks


@pytest.mark.parametrize(
    ("chunk", "undecided"),
    [
        ("text", None),
        ("text<", 4),
        ("text</BO", 4),
        ("text</body", 4),
        ("text</b>", None),
        ("text</bl", None),
        ("text<b", None),
        ("text<div class=", None),
        ("<!-- <", None),
        ("<a title='<", None),
    ],
)
def test_only_what_may_become_the_end_is_undecided(chunk: str, undecided: int | None) -> None:
    """At the end of a chunk nothing but the beginning of a `</body` keeps bytes back."""
    end = PageEnd()
    end.feed(chunk.encode())
    assert end.undecided == undecided


@pytest.mark.parametrize(
    "tail",
    [
        *("</body", "</body ", "</body>", "</BODY\n>\n", "</body></html", "</body></html>", "</body></ht"),
        *("</body><", "</body><!", "</body><!-", "</body><!--", "</body><!-- x --", "</body></bod"),
        *("</body><!-- x --> <!-- y -->\n</html><!--><!--->", "</body><!-- x --!>\t"),
    ],
)
def test_a_closing_may_go_on(tail: str) -> None:
    """White space, comments, `</html>`, and what may become one, only close the page."""
    assert only_closing(tail.encode())


@pytest.mark.parametrize(
    "tail",
    [
        *("</body>text", "</body><b", "</body><script>", "</body></html>x", "</body a", "</body></div>"),
        *("</body><!-- x --> y <!-- z -->", "</body><!doctype", "</body></body>", "x</body>"),
    ],
)
def test_more_page_is_no_closing(tail: str) -> None:
    """Text or any other tag after a `</body>` shows that the page goes on."""
    assert not only_closing(tail.encode())


@pytest.mark.parametrize(
    ("before", "filling", "after"),
    [
        ("<p>", "<p class='a'>text", "</p>"),
        ("<!--", "comment ", "-->"),
        ("<script>", "x = '</body>';", "</script>"),
        ("<img src='", "data:AAAA", "'>"),
        ('<img src="', "data:AAAA", '">'),
        ("<svg>", "<path d='M0 0'/>", "</svg>"),
    ],
)
def test_memory_does_not_grow_with_the_page(before: str, filling: str, after: str) -> None:
    """A page of 4 MB, also one that is a single token, needs no more memory than its chunks."""
    end = PageEnd()
    chunk = (filling * 4096)[:16384].encode()
    tracemalloc.start()
    end.feed(before.encode())
    for _ in range(256):
        end.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(chunk)
    end.feed(b" " + after.encode() + b"</body>")
    assert end.last is not None or filling.startswith("<p ")


def test_a_page_is_given_up_at_a_monstrous_token() -> None:
    """A name longer than any is not carried on: nothing is found any more, what was found stays."""
    end = PageEnd()
    end.feed(b"<body>x</body><")
    for _ in range(LONGEST_TOKEN // 1024 + 1):
        end.feed(b"a" * 1024)
    end.feed(b"></body>")
    assert end.last == len(b"<body>x")
    assert not end.runs_here


def test_a_page_that_ends_like_one_is_not_read() -> None:
    """A whole page whose last bytes close it has its place there, even if something before was left open."""
    page = b"<body><textarea>x</body></html>\n"
    assert place(page) == page.index(b"</body>")
