// Addresses as the browser has them, and links that change the view without loading the page again.

import { type AnchorHTMLAttributes, type MouseEvent, type ReactNode, useCallback, useMemo } from "react";
import { navigate as change, usePathname, useSearch } from "wouter/use-browser-location";
import { type View, viewOf } from "./address";

let beforehand: (view: View) => void = () => undefined;

/** What is to be done as soon as one goes to a view, before anything of it is drawn. */
export function goingTo(act: (view: View) => void): void {
  beforehand = act;
}

/** Go to an address of the page. */
export function navigate(to: string, options?: { replace?: boolean }): void {
  const { pathname, search } = new URL(to, window.location.href);
  beforehand(viewOf(pathname, search));
  change(to, options);
}

/** The view that the address names. */
export function useView(): View {
  const path = usePathname();
  const search = useSearch();
  return useMemo(() => viewOf(path, search), [path, search]);
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
  replace?: boolean;
  children: ReactNode;
}

/** A link to a view; with a modifier key it is the browser's own. */
export function Link({ to, replace = false, children, onClick, ...more }: LinkProps) {
  const follow = useCallback(
    (event: MouseEvent<HTMLAnchorElement>) => {
      onClick?.(event);
      const own = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
      if (own || event.defaultPrevented) return;
      event.preventDefault();
      navigate(to, { replace });
    },
    [to, replace, onClick],
  );
  return (
    <a href={to} onClick={follow} {...more}>
      {children}
    </a>
  );
}
