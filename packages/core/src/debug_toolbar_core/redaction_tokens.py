"""Token formats: what secrets of known makers look like, whatever their name."""

from __future__ import annotations

import re

from debug_toolbar_core.redaction_keys import REDACTED

_HEX, _ALNUM, _URL = "[0-9a-f]", "[A-Za-z0-9]", r"[\w\-]"
_UUID = f"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}"

# One token format a line: how it begins, and what follows. The beginnings that share a body share a line.
_FORMATS: tuple[tuple[str, str], ...] = (
    # JSON web tokens, itsdangerous and Django signatures, JWE; a payload without its signature (text that was cut)
    ("eyJ .eJ", rf"{_URL}{{6,}}+(?:[.:]{_URL}{{4,}}+){{2,4}}+"),
    ("eyJ", rf"{_URL}{{6,}}+\.eyJ{_URL}*+\.?"),
    ("sk.eyJ", rf"{_URL}{{20,}}+\.{_URL}{{20,}}+"),
    ("bearer.authorization.k8s.io.", r"[\w\-.]{8,}+"),
    # code hosting and packages
    ("ghp_ gho_ ghu_ ghs_ ghr_", r"\w{30,}+"),
    ("github_pat_", r"\w{22,}+"),
    ("glpat- gldt- glrt- glcbt- glptt- glft- glagent- glimt- glsoat- gloas- glffct- GR1348941", r"[\w\-.=]{20,}+"),
    ("ATATT3 ATCTT3 ATBB ATOA", r"[\w\-=]{20,}+"),
    ("npm_", rf"{_ALNUM}{{30,}}+"),
    ("pypi-AgE pypi-AgEN", rf"{_URL}{{40,}}+"),
    ("rubygems_", rf"{_HEX}{{40,}}+"),
    ("dckr_pat_ dckr_oat_", rf"{_URL}{{20,}}+"),
    ("oy2", r"[a-z0-9]{43}"),
    ("cio", rf"{_ALNUM}{{32}}(?!{_ALNUM})"),
    ("CLOJARS_", r"[a-z0-9]{50,}+"),
    ("AKC", rf"{_ALNUM}{{60,}}+"),
    ("squ_ sqp_ sqa_", rf"{_HEX}{{40}}"),
    ("CCIPAT_ CCIPRJ_", r"\w{30,}+"),
    ("bkua_", rf"{_HEX}{{40}}"),
    ("sgp_ snyk_uat.", r"[\w.\-]{32,}+"),
    ("ops_eyJ", r"[\w\-+/=]{80,}+"),
    # clouds
    ("AKIA ASIA ABIA ACCA AGPA AIDA AROA AIPA ANPA ANVA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("ABSK", r"[\w+/]{60,}={0,2}"),
    ("AIza", rf"{_URL}{{35}}"),
    ("ya29.", rf"{_URL}{{20,}}+"),
    ("GOCSPX-", rf"{_URL}{{24,}}+"),
    ("1//0", rf"{_URL}{{35,}}+"),
    ("dop_v1_ doo_v1_ dor_v1_", rf"{_HEX}{{60,}}+"),
    ("LTAI", rf"{_ALNUM}{{17,21}}(?!{_ALNUM})"),
    ("AKID", rf"{_ALNUM}{{32}}(?!{_ALNUM})"),
    ("HRKU-", rf"{_URL}{{30,}}+"),
    ("fo1_ FlyV1", r"[ \w\-]{40,}+"),
    ("fm1a_ fm1r_ fm2_", r"[\w\-+/=]{60,}+"),
    ("nfp_ nfc_ nfo_", rf"{_ALNUM}{{30,}}+"),
    ("vercel_blob_rw_ vcp_ vci_ vca_ vcr_ vck_", r"\w{20,}+"),
    ("sbp_ sb_secret_", rf"{_URL}{{20,}}+"),
    ("pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w\-.=]{30,}+"),
    ("pul-", rf"{_HEX}{{40}}"),
    ("pnu_ pnb_", rf"{_ALNUM}{{36}}"),
    ("hvs. hvb. hvr.", rf"{_URL}{{20,}}+"),
    ("s.", rf"(?=[a-z]{{0,23}}[A-Z0-9]){_ALNUM}{{24}}(?![\w.])"),
    ("tskey-", r"[\w\-]{20,}+"),
    ("dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"[\w.\-]{40,}+"),
    ("dapi", rf"{_HEX}{{32}}(?:-\d)?"),
    ("AGE-SECRET-KEY-1", r"[0-9A-Z]{50,}+"),
    ("v1.0-", rf"{_HEX}{{24}}-{_HEX}{{146}}"),
    ("cfat_ cfut_ cfk_", rf"{_ALNUM}{{36,}}+"),
    ("xau_ napi_", rf"{_ALNUM}{{30,}}+"),
    ("pat.", rf"{_URL}{{22}}\.{_ALNUM}{{20,}}\.{_ALNUM}{{16,}}"),
    ("t1. y0_ y1_ y2_ y3_ AQVN", r"[\w\-.=]{35,}+"),
    # models
    ("sk-proj- sk-svcacct- sk-admin- sk-None- sk-ant- sk-or-v1- sk-lf- sk-litellm-", rf"{_URL}{{20,}}+"),
    ("sk-", rf"(?=[\w\-]{{0,40}}[0-9]){_ALNUM}{{32,}}+"),
    ("hf_ api_org_", rf"{_ALNUM}{{30,}}+"),
    ("r8_ gsk_ pplx- xai- tvly- jina_ pcsk_ nvapi- fw_ csk- esecret_", r"(?=[\w\-]{0,40}[0-9])[\w\-]{24,}+"),
    ("lsv2_pt_ lsv2_sk_", r"[0-9a-f_]{32,}+"),
    ("sk_", rf"{_HEX}{{48}}(?!\w)"),
    # messages and mail
    ("xoxb- xoxp- xoxa- xoxe- xoxr- xoxo- xoxs- xoxc- xoxd- xoxe.xox xapp- xwfp-", r"[\w\-%.]{10,}+"),
    ("SG.", rf"{_URL}{{16,}}+\.{_URL}{{30,}}+"),
    ("key- pubkey-", rf"{_HEX}{{32}}(?!\w)"),
    ("SK", rf"{_HEX}{{32}}(?!\w)"),
    ("xkeysib- xsmtpsib-", r"[\w\-]{60,}+"),
    ("mlsn. re_", r"(?=\w{0,30}[0-9])\w{24,}+"),
    # money
    ("sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_", r"[\w+/]{16,}={0,2}"),
    ("sq0atp- sq0csp- sq0idp-", rf"{_URL}{{22,}}+"),
    ("EAAA", rf"{_URL}{{60}}(?!{_URL})"),
    ("shpat_ shpca_ shppa_ shpss_ shptka_", r"[0-9a-fA-F]{32}"),
    ("access_token$production$ access_token$sandbox$", r"\w{8,}\$[0-9a-f]{32}"),
    ("access-sandbox- access-development- access-production-", _UUID),
    ("rzp_live_ rzp_test_", rf"{_ALNUM}{{14,}}+"),
    ("FLWSECK-", r"[\w\-]{32,}+"),
    ("FLWSECK_TEST-", r"[\w\-]{12,}+"),
    ("EZAK EZTK", rf"{_ALNUM}{{54}}"),
    ("duffel_live_ duffel_test_ shippo_live_ shippo_test_ polar_oat_ pdl_live_ pdl_sdbx_", rf"{_URL}{{32,}}+"),
    ("live_ test_", r"[0-9a-f]{35}(?!\w)"),
    # the rest: work, monitoring, social
    ("lin_api_ lin_oauth_", rf"{_ALNUM}{{32,}}+"),
    ("ntn_ secret_", rf"(?=[\w\-]{{0,42}}[0-9]){_ALNUM}{{43,}}+"),
    ("PMAK-", rf"{_HEX}{{24}}-{_HEX}{{34}}"),
    ("sntrys_ sntryu_", r"[\w+/=\-]{40,}+"),
    ("NRAK- NRJS- NRII- NRRA-", rf"{_URL}{{18,}}+"),
    ("glsa_ glc_", r"[\w+/=]{32,}+"),
    ("dt0c01. dt0s01. dt0s16.", r"[A-Z0-9]{8,24}\.[A-Z0-9]{64}"),
    ("figd_ figo_ figr_", rf"{_URL}{{36,}}+"),
    ("pat", rf"{_ALNUM}{{14}}\.[0-9a-f]{{64}}"),
    ("pat-na1- pat-eu1- sdk- mob- CFPAT- api-", rf"(?:{_UUID}|(?=[\w\-]{{0,40}}[0-9])[A-Za-z0-9_]{{43}}(?!\w))"),
    ("EAACEdEose0cBA EAA", rf"{_ALNUM}{{80,}}+"),
    ("IGQ", rf"{_URL}{{80,}}+"),
    ("fio-u-", r"[\w\-=]{60,}+"),
    ("aio_ rdme_ tfp_ waka_ mb_ nyk_ zpka_ pylf_v ico-", r"(?=[\w\-]{0,50}[0-9])[\w\-]{26,}+"),
    ("rootly_ BBFF- p8e- sm_pat_ sm_aat_ ddp_", r"(?=[\w\-]{0,50}[0-9])[\w\-]{26,}+"),
    ("shltm_ apify_api_ phx_ phc_ pypx_ ctp_ tk-us- NF- uat_ lip_ posthog_", r"(?=[\w\-]{0,50}[0-9])[\w\-]{30,}+"),
)  # fmt: skip
ESCAPE = r"(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrt])"  # a token may follow an encoded `=`, quote or line end
_START = rf"(?:(?<![\w~.+/\-])|{ESCAPE})"
# Formats that begin with digits or have no fixed beginning, tried only where a character of their own is in the text.
_SHAPED = (
    (":AA", re.compile(rf"(?<!\d)\d{{8,10}}:AA{_URL}{{32,}}+")),  # Telegram
    (".atlasv1.", re.compile(rf"{_ALNUM}{{14}}\.atlasv1\.[\w\-=]{{60,}}+")),
    ("-us", re.compile(rf"{_START}{_HEX}{{32}}-us\d{{1,2}}(?!\w)")),  # Mailchimp
    ("00", re.compile(rf"{_START}00(?=[\w\-]{{0,39}}[A-Z])(?=[\w\-]{{0,39}}[a-z]){_URL}{{40}}(?![\w\-])")),  # Okta
    ("8Q~", re.compile(rf"{_START}[\w~.\-]{{3}}8Q~[\w~.\-]{{31,34}}(?![\w~\-])")),  # Azure client secret
    ("T3BlbkFJ", re.compile(rf"sk-{_URL}{{16,}}?T3BlbkFJ{_URL}{{16,}}+")),
    # Discord
    (".", re.compile(rf"{_START}[MNO](?=[\w\-]{{0,27}}[0-9]){_URL}{{22,27}}\.{_URL}{{6}}\.{_URL}{{27,}}+(?![\w.])")),
    ("/", re.compile(rf"{_START}\d/\d{{12,20}}:{_HEX}{{32}}(?!\w)")),  # Asana
)  # fmt: skip


def _formats() -> str:
    """Write all formats as one pattern that branches by first letter, so that most characters fail at once."""
    branches: dict[str, list[str]] = {}
    for beginnings, body in _FORMATS:
        for beginning in beginnings.split():
            branches.setdefault(beginning[0], []).append(re.escape(beginning[1:]) + body)
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(branches.items()))


BEGINNINGS = "|".join(
    re.escape(beginning) for beginnings, _ in _FORMATS for beginning in beginnings.split() if len(beginning) > 3
)
_RUN = re.compile(r"[\w\-]{16}|whsec_", re.ASCII)
_TOKEN = re.compile(f"(?<![A-Za-z0-9])(?:{_formats()})", re.ASCII)
_TOKEN_ESCAPED = re.compile(f"(?:(?<![A-Za-z0-9])|{ESCAPE})(?:{_formats()})", re.ASCII)
_WEBHOOK = re.compile(
    r"(hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/"
    r"|[\w-]+\.webhook\.office\.com/webhookb2/|hooks\.zapier\.com/hooks/catch/|hook\.[\w.]*make\.com/"
    r"|maker\.ifttt\.com/trigger/\w+/with/key/|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/)[\w\-/@.]{16,}+"
)


def mask_tokens(text: str) -> str:
    """Replace the tokens in a text; most texts have no run of characters that is long enough for one."""
    if _RUN.search(text) is None:
        return text
    text = (_TOKEN_ESCAPED if "%" in text or "\\" in text else _TOKEN).sub(REDACTED, text)
    for hint, pattern in _SHAPED:
        if hint in text:
            text = pattern.sub(REDACTED, text)
    return _WEBHOOK.sub(rf"\1{REDACTED}", text) if "hook" in text or "ifttt" in text else text
