/** Line drawings of 24 × 24. Each stands beside a word that says the same, so screen readers skip it. */
const drawings = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M9 5.5v13M15 5.5v13",
  stop: "M6.5 6.5h11v11h-11z",
  check: "M4.5 12.5l5 5 10-11",
  test: "M9 4h6M10 4v6l-4.8 7.6A1.6 1.6 0 0 0 6.6 20h10.8a1.6 1.6 0 0 0 1.4-2.4L14 10V4M7.8 15h8.4",
  hourglass: "M7 4h10M7 20h10M8 4v3.5l4 4.5 4-4.5V4M8 20v-3.5l4-4.5 4 4.5V20",
  dot: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  late: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 7.5V12l3 2",
  left: "M10 5H6v14h4M13 8l4 4-4 4M17 12H9.5",
  warning: "M12 4.5l8.5 15h-17zM12 10.5v4M12 17v.1",
  info: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.1",
  copy: "M9 9h10v10H9zM5 15V5h10",
  open: "M10 6H6v12h12v-4M13 5h6v6M19 5l-8 8",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14",
  sun: "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  unplugged: "M4 4l16 16M9 6.5V4M15 6.5V4M17 8H10.5M7 8v3a5 5 0 0 0 7 4.6M16.5 13.5A5 5 0 0 0 17 11V8M12 16v4",
  lock: "M6 10.5h12v9H6zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5",
  enlarge: "M4.5 9.5v-5h5M14.5 4.5h5v5M19.5 14.5v5h-5M9.5 19.5h-5v-5",
  device: "M5 5h14v10H5zM3 19h18",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={name === "dot" ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: "none" }}
    >
      <path d={drawings[name]} />
    </svg>
  );
}
