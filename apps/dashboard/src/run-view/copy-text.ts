/**
 * Copies what the field shows. Browsers give the clipboard to secure pages only; elsewhere the older command does it,
 * and where that fails too the text is at least selected. Returns whether it was copied.
 */
export async function copyText(text: string, field: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.select();
    return document.execCommand("copy");
  }
}
