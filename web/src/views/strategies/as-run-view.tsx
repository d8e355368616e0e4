// The strategy of a run as it was run, whatever has become of it since.

import { useQuery } from "@tanstack/react-query";
import { addressOfResult, type RunPlace } from "../../address";
import { runGraphQuery } from "../../api/queries";
import { useRun } from "../../jobs/use-run";
import { Heading } from "../../parts/heading";
import { Loading, Refused } from "../../parts/states";
import { trailOf } from "../result/result-view";
import { Drawn } from "./drawn";

export default function AsRunView({ place }: { place: RunPlace }) {
  const { data: run, error: missing } = useRun(place);
  const { data, error } = useQuery({
    ...runGraphQuery(place, run?.job_id ?? ""),
    enabled: run !== undefined,
  });
  const problem = missing ?? error;
  return (
    <>
      <Heading
        title={`${run?.strategy_name ?? place.strategy}, as it was run`}
        trail={[trailOf(place), { to: addressOfResult(place), name: run?.strategy_name ?? place.strategy }]}
      />
      {problem ? <Refused error={problem} /> : null}
      {data ? <Drawn found={data} /> : problem ? null : <Loading what="the strategy" />}
    </>
  );
}
