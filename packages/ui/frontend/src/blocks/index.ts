/** The drawers: importing this registers `<dt-overview>`, `<dt-blocks>` and `<dt-source>`. */
export { BlocksElement } from "./blocks";
export type { Context, Open } from "./context";
export { OverviewElement } from "./overview";
export { SourceElement } from "./source";
