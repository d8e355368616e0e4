// A file of the server to keep. It is fetched with the key, which a plain link could not carry.

import { useMutation } from "@tanstack/react-query";
import { ask, Refusal } from "../api/client";

interface DownloadProps {
  path: string;
  name: string;
  children: string;
}

export function Download({ path, name, children }: DownloadProps) {
  const fetched = useMutation({ mutationFn: () => save(path, name) });
  return (
    <button type="button" disabled={fetched.isPending} onClick={() => fetched.mutate()}>
      {fetched.isError ? `${children}: ${fetched.error.message}` : children}
    </button>
  );
}

async function save(path: string, name: string): Promise<void> {
  const answer = await ask(new Request(path));
  if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => ({})));
  keep(await answer.blob(), name);
}

/** Have the browser keep a file under a name. */
export function keep(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
