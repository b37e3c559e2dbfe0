/** Style properties from data, set through the CSSOM: a strict CSP refuses style attributes (and `styleMap` writes one). */
import { nothing } from "lit";
import { Directive, directive, type ElementPart } from "lit/directive.js";

type Looks = Readonly<Record<string, string>>;

class LookDirective extends Directive {
  #before: Looks = {};

  render(_looks: Looks): typeof nothing {
    return nothing;
  }

  override update(part: ElementPart, [looks]: [Looks]): typeof nothing {
    const { style } = part.element as HTMLElement;
    for (const name of Object.keys(this.#before)) if (!(name in looks)) style.removeProperty(name);
    for (const [name, value] of Object.entries(looks)) if (this.#before[name] !== value) style.setProperty(name, value);
    this.#before = looks;
    return nothing;
  }
}

/** `<i ${look({ left: "10%" })}></i>` */
export const look = directive(LookDirective);
