// What a user's results take, of what they may take; and for how long they live.

import { useQuery } from "@tanstack/react-query";
import { addressOf } from "../../address";
import { usageQuery } from "../../api/queries";
import { bytesText, shareOf } from "../../format/keeping";
import { WHOSE } from "../../format/limits";
import { Link } from "../../navigation";
import { Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import styles from "./usage-bar.module.css";

export function UsageBar({ user, every }: { user: string; every: number }) {
  const { me } = useWho();
  const { data, error } = useQuery({ ...usageQuery(user), refetchInterval: every });
  if (error) return <Refused error={error} />;
  if (data === undefined) return null;
  const { used_bytes: used, quota_bytes: quota, pinned_bytes: pinned } = data;
  const full = quota !== null && used >= quota;
  return (
    <div className={styles.usage} data-testid="usage">
      {quota === null ? null : (
        <meter
          aria-label="Space used"
          min={0}
          max={100}
          high={90}
          optimum={0}
          value={shareOf(used, quota)}
          title={`${shareOf(used, quota).toFixed(1)} % of the quota`}
        />
      )}
      <span className={full ? styles.full : ""}>
        {bytesText(used)} used{quota === null ? "" : ` of ${bytesText(quota)}`}
        {pinned > 0 ? `, ${bytesText(pinned)} pinned` : ""}
        {full ? ": no run begins until some of it is cleared or has expired" : ""}
      </span>
      <span className="soft">
        Results live {data.ttl_hours} h, {WHOSE[data.ttl_from]}; a run may ask for up to{" "}
        {data.longest_ttl_hours} h.{" "}
        {me?.admin ? <Link to={addressOf({ view: "limits", user })}>Change limits</Link> : null}
      </span>
    </div>
  );
}
