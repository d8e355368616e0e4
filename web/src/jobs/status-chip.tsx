// The state of a run or a job in a word.

import type { Status } from "../api/schema";
import { Chip } from "../parts/chip";

const TONES = {
  queued: "accent",
  running: "accent",
  completed: "plain",
  failed: "loss",
  cancelled: "warning",
} as const;

export function StatusChip({ status }: { status: Status["status"] }) {
  return <Chip tone={TONES[status]}>{status}</Chip>;
}
