// Orders that came to nothing: refused with a reason, or still waiting at the end.

import { addressOf, addressOfWhy, type DayAsked } from "../../address";
import type { Cancellation, Day } from "../../api/schema";
import { contractName, rejectionReason } from "../../format/texts";
import { clock } from "../../format/time";
import { Link } from "../../navigation";
import { Wide } from "../../parts/wide";

export function Orders({ view, day }: { view: DayAsked; day: Day }) {
  if (day.rejections.length === 0 && day.cancellations.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="orders">
      <h2 id="orders">Orders that failed</h2>
      <Wide label="Orders that failed">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Order</th>
              <th scope="col">Leg</th>
              <th scope="col">Contract</th>
              <th scope="col">Why</th>
              <th scope="col">
                <span className="unseen">More</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {day.rejections.map((each, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and do not move
              <tr key={`rejected-${at}`}>
                <OrderCells order={each} />
                <td className="words">
                  <strong>{rejectionReason(each.reason)}</strong> <code>{each.reason}</code> {each.detail}
                  {each.retried ? " (tried again until it filled)" : ""}
                </td>
                <OrderLinks view={view} order={each} />
              </tr>
            ))}
            {day.cancellations.map((each, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <tr key={`cancelled-${at}`}>
                <OrderCells order={each} />
                <td className="words">
                  <strong>still waiting at the end</strong>, sent {clock(each.sent_time)}
                </td>
                <OrderLinks view={view} order={each} />
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function OrderCells({ order }: { order: Cancellation }) {
  return (
    <>
      <td>{clock(order.time)}</td>
      <td>{order.order}</td>
      <td>{order.vpi}</td>
      <td>{order.symbol === null ? "none chosen" : contractName(order.symbol)}</td>
    </>
  );
}

function OrderLinks({ view, order }: { view: DayAsked; order: Cancellation }) {
  return (
    <td>
      <Link to={addressOf({ ...view, at: order.sent_time })} replace>
        on the chart<span className="unseen"> at {clock(order.sent_time)}</span>
      </Link>
      {" · "}
      <Link to={addressOfWhy(view, order.node_id)}>
        its node<span className="unseen"> {order.node_id}</span>
      </Link>
    </td>
  );
}
