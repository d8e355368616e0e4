// A run made again and compared with what is stored, byte by byte, when one asks for it; nothing stored changes.

import { useMutation } from "@tanstack/react-query";
import { addressOfDay, type RunPlace } from "../../address";
import { answerOf, api } from "../../api/client";
import { isActive } from "../../api/queries";
import type { Metadata, Verified } from "../../api/schema";
import { counted } from "../../format/texts";
import { longDayName } from "../../format/time";
import { Link } from "../../navigation";
import { Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";

const VERDICTS: Record<Verified["differing"][number]["verdict"], string> = {
  different: "other bytes",
  data_changed: "its data has changed",
  missing: "its file is gone",
  failed: "could not be run",
};

export function Verify({ place, run }: { place: RunPlace; run: Metadata }) {
  const verify = useMutation({
    mutationFn: () =>
      answerOf(
        api.GET("/api/v1/backtest/verify/{user_id}/{strategy_id}", {
          params: { path: { user_id: place.user, strategy_id: place.strategy } },
        }),
      ),
  });
  if (isActive(run)) return null;
  const found = verify.data?.job_id === run.job_id ? verify.data : undefined;
  return (
    <>
      <p>
        <button type="button" disabled={verify.isPending} onClick={() => verify.mutate()}>
          {verify.isPending ? "Running it again…" : "Verify"}
        </button>{" "}
        <span className="soft">
          Runs every stored day again and demands the same bytes; nothing that is stored changes.
        </span>
      </p>
      <div role="status" data-testid="verified">
        {found ? <Found place={place} found={found} /> : null}
      </div>
      {verify.error ? <Refused error={verify.error} /> : null}
    </>
  );
}

function Found({ place, found }: { place: RunPlace; found: Verified }) {
  return (
    <>
      <p>
        <strong>
          {found.verified
            ? `All ${counted(found.days_compared, "day")} made again are the same bytes.`
            : `${found.counts.same} of ${counted(found.days_compared, "day")} made again are the same bytes.`}
        </strong>{" "}
        {found.tables_changed.length > 0
          ? `Tables that have changed since: ${found.tables_changed.join(", ")}.`
          : ""}
      </p>
      {found.differing.length > 0 ? (
        <Wide label="Days that are not the same">
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">What</th>
                <th scope="col">Where it differs first</th>
              </tr>
            </thead>
            <tbody>
              {found.differing.map((day) => (
                <tr key={day.date}>
                  <th scope="row">
                    <Link to={addressOfDay({ ...place, date: day.date })}>{longDayName(day.date)}</Link>
                  </th>
                  <td>{VERDICTS[day.verdict]}</td>
                  <td>{day.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      ) : null}
    </>
  );
}
