/**
 * Keeps the tab from being frozen and the screen from sleeping, where the browser lets a page do so; secure pages only.
 * Returns what lets go again.
 */
export function keepAwake(): () => void {
  const releases = [holdWebLock(), holdScreen()];
  return () => {
    for (const release of releases) release();
  };
}

/** A browser does not freeze a hidden page that holds a Web Lock. */
export function canStayAwakeHidden(): boolean {
  return lockManager() !== undefined;
}

function holdWebLock(): () => void {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  // Shared, because every lending tab holds it.
  lockManager()
    ?.request("convoy-lending", { mode: "shared" }, () => held)
    .catch(() => {});
  return release;
}

function holdScreen(): () => void {
  let released = false;
  let sentinel: WakeLockSentinel | undefined;
  const acquire = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const acquired = await (navigator as Partial<Navigator>).wakeLock?.request("screen");
      if (released) await acquired?.release();
      else sentinel = acquired;
    } catch {
      // Refused, for example by a battery that runs low: the screen may then sleep.
    }
  };
  // The browser lets the screen go whenever the page is hidden.
  document.addEventListener("visibilitychange", acquire);
  void acquire();
  return () => {
    released = true;
    document.removeEventListener("visibilitychange", acquire);
    void sentinel?.release().catch(() => {});
  };
}

/** Undefined on pages that are not secure, whatever the types say. */
function lockManager(): LockManager | undefined {
  return (navigator as Partial<Navigator>).locks;
}
