// The frame of every view: where one can go, who one is, whether the server answers.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { addressOf, addressOfRun, type View } from "./address";
import { chartQuery, dayQuery } from "./api/queries";
import styles from "./app.module.css";
import { Boundary } from "./boundary";
import { Connection } from "./connection";
import { goingTo, Link, useView } from "./navigation";
import { Code, Needed } from "./needed";
import { Empty } from "./parts/states";
import { ThemeChoice } from "./theme-choice";
import { ResultView } from "./views/result/result-view";
import { ResultsView } from "./views/results/results-view";
import { RunView } from "./views/run/run-view";
import { SignIn } from "./who/sign-in";
import { UserChip } from "./who/user-chip";
import { useWho } from "./who/who";

// What draws charts and graphs is loaded when it is first looked at.
const compareView = new Code(() => import("./views/compare/compare-view"));
const dayView = new Code(() => import("./views/day/day-view"));
const tradeView = new Code(() => import("./views/trade/trade-view"));
const whyView = new Code(() => import("./views/why/why-view"));
const strategiesView = new Code(() => import("./views/strategies/strategies-view"));
const asRunView = new Code(() => import("./views/strategies/as-run-view"));
const webhooksView = new Code(() => import("./views/webhooks/webhooks-view"));
const limitsView = new Code(() => import("./views/limits/limits-view"));
const sweepsView = new Code(() => import("./views/sweep/sweeps-view"));
const sweepView = new Code(() => import("./views/sweep/sweep-view"));
const strategyView = new Code(() => import("./views/strategies/strategy-view"));

interface Place {
  name: string;
  to: string;
  views: readonly View["view"][];
  /** Shown to an administrator alone; where there are no keys everyone is one. */
  admin?: boolean;
}

const PLACES: readonly Place[] = [
  {
    name: "Results",
    to: addressOf({ view: "results", user: null }),
    views: ["results", "compare", "result", "as-run", "day", "trade", "why"],
  },
  { name: "Run", to: addressOfRun(), views: ["run"] },
  {
    name: "Sweep",
    to: addressOf({ view: "sweeps", user: null, strategy: null }),
    views: ["sweeps", "sweep"],
  },
  {
    name: "Strategies",
    to: addressOf({ view: "strategies", user: null }),
    views: ["strategies", "strategy"],
  },
  { name: "Webhooks", to: addressOf({ view: "webhooks" }), views: ["webhooks"] },
  { name: "Limits", to: addressOf({ view: "limits", user: null }), views: ["limits"], admin: true },
];

export function App() {
  const who = useWho();
  const view = useView();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const place = addressOf(view).split("?")[0];

  // Another view begins at its top, and is read from its heading on.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the place
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);

  return (
    <>
      <a className={styles.skip} href="#main">
        To the content
      </a>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand}>
          <img src="/favicon.svg" alt="" width="24" height="24" />
          Strikebook
        </Link>
        <nav aria-label="Views" className={styles.places}>
          {PLACES.filter((each) => !each.admin || who.me?.admin).map((each) => (
            <Link
              key={each.name}
              to={each.to}
              {...(each.views.includes(view.view) ? { "aria-current": "page" as const } : {})}
            >
              {each.name}
            </Link>
          ))}
          {who.me?.keys === false ? <a href="/docs">API</a> : null}
        </nav>
        <div className={styles.end}>
          <ThemeChoice />
          {who.refused === null ? <UserChip /> : null}
        </div>
      </header>
      <Connection />
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        {who.refused !== null ? (
          <SignIn />
        ) : (
          <Boundary place={place ?? ""}>
            <Shown view={view} />
          </Boundary>
        )}
      </main>
    </>
  );
}

function Shown({ view }: { view: View }) {
  const { user } = useWho();
  useAskedAhead(view);
  switch (view.view) {
    case "results":
      return <ResultsView user={view.user ?? user} />;
    case "run":
      return <RunView asked={view} key={view.user ?? user} />;
    case "compare":
      return (
        <Needed
          code={compareView}
          props={{ places: view.results }}
          what="the comparison"
          key={addressOf(view)}
        />
      );
    case "strategies":
      return <Needed code={strategiesView} props={{ user: view.user }} what="strategies" />;
    case "strategy":
      return (
        <Needed
          code={strategyView}
          props={{ user: view.user, strategy: view.strategy }}
          what="the strategy"
          key={view.strategy}
        />
      );
    case "webhooks":
      return <Needed code={webhooksView} props={{}} what="webhooks" />;
    case "limits":
      return <Needed code={limitsView} props={{ user: view.user }} what="limits" />;
    case "sweeps":
      return <Needed code={sweepsView} props={{ user: view.user, strategy: view.strategy }} what="sweeps" />;
    case "sweep":
      return (
        <Needed
          code={sweepView}
          props={{ place: view }}
          what="the sweep"
          key={`${view.user}/${view.sweep}`}
        />
      );
    case "as-run":
      return <Needed code={asRunView} props={{ place: view }} what="the strategy" />;
    case "result":
      return <ResultView place={view} key={`${view.user}/${view.strategy}`} />;
    case "day":
      return (
        <Needed
          code={dayView}
          props={{ view }}
          what="the day"
          key={`${view.user}/${view.strategy}/${view.date}`}
        />
      );
    case "trade":
      return (
        <Needed
          code={tradeView}
          props={{ view }}
          what="the position"
          key={`${view.user}/${view.strategy}/${view.date}/${view.trade}`}
        />
      );
    case "why":
      return (
        <Needed
          code={whyView}
          props={{ view }}
          what="the report"
          key={`${view.user}/${view.strategy}/${view.date}/${view.node}`}
        />
      );
    case "unknown":
      return (
        <Empty title={`There is nothing at ${view.path}`}>
          <p>
            <Link to="/">Your results</Link> are a place to go on from.
          </p>
        </Empty>
      );
  }
}

/** Do something when the browser has nothing else to do; the answer takes it back. */
function whenIdle(act: () => void): () => void {
  if (typeof window.requestIdleCallback !== "function") {
    const timer = setTimeout(act, 500);
    return () => clearTimeout(timer);
  }
  const asked = window.requestIdleCallback(act);
  return () => window.cancelIdleCallback(asked);
}

/** What a day shows is asked for while its code comes, and its code while a calendar is looked at. */
function useAskedAhead(view: View): void {
  const client = useQueryClient();
  useEffect(() => goingTo((next) => askFor(client, next)), [client]);
  useEffect(() => askFor(client, view), [client, view]);
  const shown = view.view;
  useEffect(() => (shown === "result" ? whenIdle(() => dayView.ahead()) : undefined), [shown]);
}

function askFor(client: QueryClient, view: View): void {
  if (view.view !== "day" && view.view !== "trade") return;
  void client.prefetchQuery(dayQuery(view));
  if (view.view === "day") void client.prefetchQuery(chartQuery(view, view.timeframe, null));
}
