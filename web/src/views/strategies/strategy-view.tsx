// A strategy of the shelf.

import { useQuery } from "@tanstack/react-query";
import { addressOf, addressOfRun } from "../../address";
import { graphQuery } from "../../api/queries";
import { counted } from "../../format/texts";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Download } from "../../parts/download";
import { Heading } from "../../parts/heading";
import { Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { Drawn } from "./drawn";

interface StrategyProps {
  user: string | null;
  strategy: string;
}

export default function StrategyView({ user: asked, strategy }: StrategyProps) {
  const { user: here } = useWho();
  const user = asked ?? here;
  const { data, error, isPending } = useQuery(graphQuery(user, strategy));
  const trail = [{ to: addressOf({ view: "strategies", user: asked }), name: "Strategies" }];
  if (isPending) return <Loading what="the strategy" />;
  if (data === undefined) {
    return (
      <>
        <Heading title={strategy} trail={trail} />
        <Refused error={error} />
      </>
    );
  }
  return (
    <>
      <Heading
        title={data.strategy_name ?? strategy}
        trail={trail}
        beside={data.runnable ? <Chip tone="gain">can run</Chip> : <Chip tone="loss">cannot run</Chip>}
        below={
          data.summary ? (
            <p className="soft">
              Trades {data.summary.underlying}
              {data.summary.supporting ? `, looks at ${data.summary.supporting}` : ""}.{" "}
              {counted(data.summary.nodes, "node")}.
            </p>
          ) : null
        }
      >
        <Download
          path={`/api/v1/strategies/${encodeURIComponent(strategy)}?user_id=${encodeURIComponent(user)}`}
          name={`${strategy}.json`}
        >
          Download
        </Download>
        {data.runnable ? (
          <Link className="primary" to={addressOfRun({ user: asked, strategy })}>
            Run
          </Link>
        ) : null}
      </Heading>
      <Drawn found={data} />
    </>
  );
}
