// Going on with a run that was cancelled or has failed, from its first missing day.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Refused } from "../parts/states";
import { resumeJob } from "./use-job";

export function Resume({ job }: { job: string }) {
  const client = useQueryClient();
  const resume = useMutation({
    mutationFn: () => resumeJob(job),
    onSettled: () => {
      for (const name of ["jobs", "status", "metadata", "sweep"]) {
        void client.invalidateQueries({ queryKey: [name] });
      }
    },
  });
  return (
    <>
      <p>
        <button
          type="button"
          className="primary"
          disabled={resume.isPending || resume.isSuccess}
          onClick={() => resume.mutate()}
        >
          Go on
        </button>{" "}
        <span className="soft">from its first missing day; finished days stay as they are</span>
      </p>
      {resume.isError ? <Refused error={resume.error} /> : null}
    </>
  );
}
