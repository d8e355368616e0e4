// What stands where a view broke. One whose code could not be fetched waits for the server and then begins again: its
// address says where it was.

import { Component, type ReactNode, useEffect } from "react";
import { Empty } from "./parts/states";

const NOT_FETCHED = /dynamically imported module|preload CSS|module script failed/i;
const ASK_EVERY_MS = 2000;

interface BoundaryProps {
  /** Another place is tried afresh. */
  place: string;
  children: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(before: BoundaryProps) {
    if (before.place !== this.props.place && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return NOT_FETCHED.test(error.message) ? <NotFetched /> : <Broken error={error} />;
  }
}

function NotFetched() {
  useEffect(() => {
    const timer = setInterval(async () => {
      const answer = await fetch("/health").catch(() => null);
      if (answer?.ok) window.location.reload();
    }, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Empty title="The server does not answer.">
      <p>
        This view could not be fetched. Start the server again with{" "}
        <code>python backtest_file_api_server.py</code>. The page goes on by itself.
      </p>
    </Empty>
  );
}

function Broken({ error }: { error: Error }) {
  return (
    <Empty title={`This view broke: ${error.message}`}>
      <p>
        That is a mistake of the page. The data is safe, and <a href="/docs">the API</a> has all of it.{" "}
        <button type="button" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </p>
    </Empty>
  );
}
