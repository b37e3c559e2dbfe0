/** Stands in for `d3-transition`: what is drawn is there at once. Ten thousand timers are no animation. */
import { selection } from "d3-selection";

function same(this: unknown): unknown {
  return this;
}

Object.assign(selection.prototype, { transition: same, duration: same, ease: same, delay: same });
