// The frame of every view: where one can go, who one is, whether the server answers.

import { lazy, Suspense, useEffect, useRef } from "react";
import { addressOf, type View } from "./address";
import styles from "./app.module.css";
import { Boundary } from "./boundary";
import { Connection } from "./connection";
import { Link, useView } from "./navigation";
import { Empty, Loading } from "./parts/states";
import { ThemeChoice } from "./theme-choice";
import { ResultView } from "./views/result/result-view";
import { ResultsView } from "./views/results/results-view";
import { RunView } from "./views/run/run-view";
import { SignIn } from "./who/sign-in";
import { UserChip } from "./who/user-chip";
import { useWho } from "./who/who";

// What draws charts and graphs is loaded when it is first looked at.
const DayView = lazy(() => import("./views/day/day-view"));
const TradeView = lazy(() => import("./views/trade/trade-view"));
const WhyView = lazy(() => import("./views/why/why-view"));
const StrategiesView = lazy(() => import("./views/strategies/strategies-view"));
const StrategyView = lazy(() => import("./views/strategies/strategy-view"));

const PLACES = [
  {
    name: "Results",
    view: { view: "results", user: null },
    views: ["results", "result", "day", "trade", "why"],
  },
  { name: "Run", view: { view: "run", strategy: null, from: null, to: null }, views: ["run"] },
  { name: "Strategies", view: { view: "strategies" }, views: ["strategies", "strategy"] },
] as const satisfies readonly { name: string; view: View; views: readonly View["view"][] }[];

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
          {PLACES.map((each) => (
            <Link
              key={each.name}
              to={addressOf(each.view)}
              {...((each.views as readonly string[]).includes(view.view)
                ? { "aria-current": "page" as const }
                : {})}
            >
              {each.name}
            </Link>
          ))}
          <a href="/docs">API</a>
        </nav>
        <div className={styles.end}>
          <ThemeChoice />
          {who.refused === null ? <UserChip /> : null}
        </div>
      </header>
      <Connection />
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        {who.refused !== null ? (
          <SignIn refused={who.refused} />
        ) : (
          <Boundary place={place ?? ""}>
            <Suspense fallback={<Loading what="this view" />}>
              <Shown view={view} />
            </Suspense>
          </Boundary>
        )}
      </main>
    </>
  );
}

function Shown({ view }: { view: View }) {
  const { user } = useWho();
  switch (view.view) {
    case "results":
      return <ResultsView user={view.user ?? user} />;
    case "run":
      return <RunView strategy={view.strategy} from={view.from} to={view.to} />;
    case "strategies":
      return <StrategiesView />;
    case "strategy":
      return <StrategyView strategy={view.strategy} />;
    case "result":
      return <ResultView place={view} key={`${view.user}/${view.strategy}`} />;
    case "day":
      return <DayView view={view} key={`${view.user}/${view.strategy}/${view.date}`} />;
    case "trade":
      return <TradeView view={view} key={`${view.user}/${view.strategy}/${view.date}/${view.trade}`} />;
    case "why":
      return <WhyView view={view} key={`${view.user}/${view.strategy}/${view.date}/${view.node}`} />;
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
