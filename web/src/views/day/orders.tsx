// Orders that came to nothing: refused with a reason, or still waiting at the end.

import type { Day } from "../../api/schema";
import { contractName, rejectionReason } from "../../format/texts";
import { clock } from "../../format/time";

export function Orders({ day }: { day: Day }) {
  if (day.rejections.length === 0 && day.cancellations.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="orders">
      <h2 id="orders">Orders that failed</h2>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Order</th>
              <th scope="col">Leg</th>
              <th scope="col">Contract</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {day.rejections.map((each, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and do not move
              <tr key={`rejected-${at}`}>
                <td>{clock(each.time)}</td>
                <td>{each.order}</td>
                <td>{each.vpi}</td>
                <td>{each.symbol === null ? "none chosen" : contractName(each.symbol)}</td>
                <td>
                  <strong>{rejectionReason(each.reason)}</strong> <code>{each.reason}</code> {each.detail}
                  {each.retried ? " (tried again until it filled)" : ""}
                </td>
              </tr>
            ))}
            {day.cancellations.map((each, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <tr key={`cancelled-${at}`}>
                <td>{clock(each.time)}</td>
                <td>{each.order}</td>
                <td>{each.vpi}</td>
                <td>{each.symbol === null ? "none chosen" : contractName(each.symbol)}</td>
                <td>
                  <strong>still waiting at the end</strong>, sent {clock(each.sent_time)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
