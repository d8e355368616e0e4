// Who uses the page. Without keys that is a name, kept in this browser; with keys it is the key's user, and the key is
// kept in memory, or for as long as the tab is open.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { answerOf, api, canBeKey, isLost, type Refusal, sendKey } from "../api/client";
import { meQuery } from "../api/queries";
import type { Me } from "../api/schema";
import { tellRefused, useRefused } from "./refusals";

const USER = "strikebook.user";
const KEY = "strikebook.key";
const FIRST_USER = "user_123";

export interface Who {
  user: string;
  me: Me | undefined;
  /** Why nobody is signed in: the server wants a key, or another one. */
  refused: Refusal | null;
  changeUser: (user: string) => void;
  /** Try a key; throws a Refusal where the server does not know it. */
  signIn: (key: string, keep: boolean) => Promise<void>;
  signOut: () => void;
}

const Context = createContext<Who | null>(null);

export function useWho(): Who {
  const who = useContext(Context);
  if (who === null) throw new Error("useWho outside of WhoProvider");
  return who;
}

/** The key that this tab has kept. */
export function recallKey(): void {
  const kept = sessionStorage.getItem(KEY);
  if (kept !== null && canBeKey(kept)) sendKey(kept);
  else sessionStorage.removeItem(KEY);
}

export function WhoProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState(() => localStorage.getItem(USER) ?? FIRST_USER);
  const refused = useRefused();
  const { data: me } = useQuery({
    ...meQuery,
    refetchInterval: (query) => (isLost(query.state.error) ? 2000 : false),
  });

  const changeUser = useCallback((user: string) => {
    localStorage.setItem(USER, user);
    setChosen(user);
  }, []);

  const signIn = useCallback(
    async (key: string, keep: boolean) => {
      sendKey(key);
      const found = await answerOf(api.GET("/api/v1/me"));
      if (keep) sessionStorage.setItem(KEY, key);
      client.setQueryData(meQuery.queryKey, found);
      tellRefused(null);
      await client.resetQueries({ predicate: (query) => query.queryKey[0] !== "me" });
    },
    [client],
  );

  const signOut = useCallback(() => {
    sessionStorage.removeItem(KEY);
    sendKey(null);
    forgetAll(client);
    void client.refetchQueries({ queryKey: meQuery.queryKey });
  }, [client]);

  const who = useMemo<Who>(
    () => ({ user: me?.user_id ?? chosen, me, refused, changeUser, signIn, signOut }),
    [me, chosen, refused, changeUser, signIn, signOut],
  );
  return <Context value={who}>{children}</Context>;
}

/** What was read with a key is not for who comes after it. */
function forgetAll(client: ReturnType<typeof useQueryClient>): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
}
