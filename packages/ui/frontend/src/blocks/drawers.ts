/** The drawers of panels, in a lazy chunk: the overview does without them until a panel or a span is opened. */
import "./button";
import "./code";
import "./diff";
import "./facts";
import "./section";
import "./span";
import "./table";
import "./tree";
