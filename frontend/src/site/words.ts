// Letters for names on maps: the map draws them from the page's fonts, which must have arrived before.
const STACK = ["Noto Sans", "Noto Sans Arabic", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif"];

export const textFont = (): string[] => STACK;

/**
 * Let letters of maps be drawn from left to right, one by one, as the map asks for them. It draws them on canvases that
 * stand in no page; these take the direction of the page, and one from right to left would turn each bracket round,
 * although the map has turned those already that have to be.
 */
export function drawUpright(): void {
  const canvases = (typeof OffscreenCanvas === "undefined" ? HTMLCanvasElement : OffscreenCanvas).prototype as { getContext: (...given: unknown[]) => unknown };
  const plain = canvases.getContext;
  canvases.getContext = function (...given: unknown[]): unknown {
    const made = plain.apply(this, given);
    if (given[0] === "2d" && made) (made as CanvasTextDrawingStyles).direction = "ltr";
    return made;
  };
}

/** Fetch the fonts that some texts need. */
export async function lettersFor(texts: string[]): Promise<void> {
  const found = [...new Set(texts.join(""))].join("");
  // The map joins Arabic letters by their presentation forms, which stand in a piece of the font of their own.
  const letters = /[\u0600-\u06ff]/.test(found) ? `${found}\ufe8d` : found;
  const families = STACK.map((name) => `"${name}"`).join(", ");
  try {
    await document.fonts.load(`400 24px ${families}`, letters);
  } catch {
    // The system's own letters do.
  }
}
