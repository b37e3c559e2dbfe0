/** Copying to the clipboard, on pages without a secure context too. */

function byHand(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.setProperty("position", "fixed");
  area.style.setProperty("opacity", "0");
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
  }
}

/** Copy `text`; whether it worked. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text);
  }
}

/** Copy on click, and say so on the button for a moment. */
export async function copyFrom(event: Event, text: string): Promise<void> {
  event.stopPropagation();
  const button = event.currentTarget;
  const done = await copy(text);
  if (!(button instanceof HTMLElement)) return;
  button.dataset.said = done ? "copied" : "could not copy";
  setTimeout(() => delete button.dataset.said, 1500);
}
