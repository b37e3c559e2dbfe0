// What the linter forbids: markup from strings, code from strings, and `any`.
import eslint from "typescript-eslint";

const markup = "Draw with text nodes: strings never become markup here.";
const style = "A strict CSP refuses style attributes: use a stylesheet, styleMap or element.style.";
const banned = (object, property, message) => ({ object, property, message });

export default eslint.config(
  { ignores: ["node_modules/**"] },
  ...eslint.configs.recommended,
  {
    files: ["**/*.ts", "**/*.mjs"],
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "eqeqeq": "error",
      "no-restricted-imports": ["error", { patterns: [{ group: ["*unsafe-html*", "*unsafe-svg*", "*static-html*", "lit/static-html.js"], message: markup }] }],
      "no-restricted-properties": [
        "error",
        banned("document", "write", markup),
        banned("document", "writeln", markup),
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "createContextualFragment", "srcdoc", "setHTMLUnsafe"].map((property) => ({ property, message: markup })),
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "Identifier[name=/^(unsafeHTML|unsafeSVG|unsafeStatic)$/]", message: markup },
        { selector: "CallExpression[callee.property.name='setAttribute'][arguments.0.value='style']", message: style },
        { selector: "TemplateElement[value.raw=/\\bstyle=[\"'](?!$)/]", message: style },
      ],
    },
  },
);
