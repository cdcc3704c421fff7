import type { ReactNode } from "react";
import { ColorSchemeButton } from "./color-scheme-button.tsx";
import classes from "./page-frame.module.css";

interface PageFrameProps {
  readonly current: "run" | "worker" | null;
  /** Beside the links: how the connection is. */
  readonly aside?: ReactNode;
  /** Links open elsewhere, because leaving this page would end what it does. */
  readonly keepOpen?: boolean;
  readonly children: ReactNode;
}

const links = [
  { page: "run", href: "/", label: "The run" },
  { page: "worker", href: "/worker/", label: "Lend this device" },
] as const;

/** What every page has around it. */
export function PageFrame({ current, aside, keepOpen = false, children }: PageFrameProps) {
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <span className={classes.brand}>
          <Mark />
          Convoy
        </span>
        <nav className={classes.links} aria-label="Pages">
          {links.map(({ page, href, label }) => (
            <a
              key={page}
              href={href}
              className={classes.link}
              aria-current={page === current ? "page" : undefined}
              target={keepOpen && page !== current ? "_blank" : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
        <span className={classes.aside}>{aside}</span>
        <ColorSchemeButton />
      </header>
      <main className={classes.main}>{children}</main>
    </div>
  );
}

function Mark() {
  return (
    <svg aria-hidden="true" width="28" height="28" viewBox="0 0 32 32" className={classes.mark}>
      <rect width="32" height="32" rx="8" fill="#3b5bdb" />
      <g fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
        <path d="M7 10l5 6-5 6" opacity=".45" />
        <path d="M13.5 10l5 6-5 6" opacity=".72" />
        <path d="M20 10l5 6-5 6" />
      </g>
    </svg>
  );
}
