import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { prefer } from "../src/preferences";
import { editorUrl, editors, mapPath, sourceLabel, sourceTitle, useSetup } from "../src/sources";

const source = { file: "/app/shop/my views.py", line: 48, function: "list_books" };

beforeEach(() => {
  prefer({ editor: null, editorUrl: "", paths: [] });
  useSetup({ editor: null, paths: {} });
});

test("every editor gets a URL with path and line", () => {
  for (const name of Object.keys(editors).filter((each) => each !== "none")) {
    prefer({ editor: name });
    assert.match(editorUrl(source) ?? "", /^[a-z-]+:\/\/.*\/app\/shop\/my%20views\.py.*48/, name);
  }
});

test("the reader's choice stands above the server's", () => {
  useSetup({ editor: "zed", paths: {} });
  assert.equal(editorUrl(source), "zed://file/app/shop/my%20views.py:48");
  prefer({ editor: "pycharm" });
  assert.equal(editorUrl(source), "pycharm://open?file=/app/shop/my%20views.py&line=48");
});

test("paths of a container become paths of this machine, the longest prefix first", () => {
  const paths: [string, string][] = [["/app", "/Users/me"], ["/app/shop", "/src/shop"]];
  assert.equal(mapPath("/app/shop/views.py", paths), "/src/shop/views.py");
  assert.equal(mapPath("/app/x.py", paths), "/Users/me/x.py");
  assert.equal(mapPath("/application/x.py", paths), "/application/x.py");
});

test("a Windows path is a URL path", () => {
  assert.equal(editorUrl({ file: "C:\\shop\\views.py", line: null, function: null }), "vscode://file/C:/shop/views.py:1");
});

test("a template that would run in the page is refused", () => {
  for (const editorUrlTemplate of [`${["java", "script"].join("")}:alert('{path}')`, ` ${"Java" + "Script"}:x{path}`, "data:text/html,{path}", "no scheme {path}"]) {
    prefer({ editor: "custom", editorUrl: editorUrlTemplate });
    assert.equal(editorUrl(source), null);
  }
});

test("code without a file opens nowhere", () => {
  assert.equal(editorUrl({ file: "<string>", line: 1, function: null }), null);
});

test("a path cannot smuggle a second line number or replacement pattern in", () => {
  assert.equal(editorUrl({ file: "/a/$&{line}?x#y.py", line: 3, function: null }), "vscode://file/a/%24%26%7Bline%7D%3Fx%23y.py:3");
});

test("a source has a short name and a full one", () => {
  assert.equal(sourceLabel(source), "my views.py:48");
  assert.equal(sourceTitle(source), "/app/shop/my views.py:48 in list_books");
});
