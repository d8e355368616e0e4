// Who uses the page. Without keys that is a name, kept in this browser; with keys it is the key's user, and the key is
// kept in memory, or for as long as the tab is open.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { Refusal, sendKey } from "../api/client";
import { meQuery } from "../api/queries";
import type { Me } from "../api/schema";

const USER = "strikebook.user";
const KEY = "strikebook.key";
const FIRST_USER = "user_123";

export interface Who {
  user: string;
  me: Me | undefined;
  /** Why nobody is signed in: the server wants a key, or another one. */
  refused: Refusal | null;
  /** That the server does not answer. */
  lost: boolean;
  changeUser: (user: string) => void;
  signIn: (key: string, keep: boolean) => void;
  signOut: () => void;
}

const Context = createContext<Who | null>(null);

export function useWho(): Who {
  const who = useContext(Context);
  if (who === null) throw new Error("useWho outside of WhoProvider");
  return who;
}

sendKey(sessionStorage.getItem(KEY));

export function WhoProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [chosen, setChosen] = useState(() => localStorage.getItem(USER) ?? FIRST_USER);
  const { data: me, error } = useQuery({
    ...meQuery,
    refetchInterval: (query) => (isLost(query.state.error) ? 2000 : false),
  });

  // While another key is tried, the one that was refused stays refused.
  const [refused, setRefused] = useState<Refusal | null>(null);
  useEffect(() => {
    if (error instanceof Refusal && error.status === 401) setRefused(error);
    else if (me !== undefined) setRefused(null);
  }, [error, me]);

  const changeUser = useCallback((user: string) => {
    localStorage.setItem(USER, user);
    setChosen(user);
  }, []);
  const signIn = useCallback(
    (key: string, keep: boolean) => {
      if (keep) sessionStorage.setItem(KEY, key);
      else sessionStorage.removeItem(KEY);
      sendKey(key);
      void client.resetQueries();
    },
    [client],
  );
  const signOut = useCallback(() => {
    sessionStorage.removeItem(KEY);
    sendKey(null);
    void client.resetQueries();
  }, [client]);

  const who = useMemo<Who>(
    () => ({
      user: me?.user_id ?? chosen,
      me,
      refused,
      lost: isLost(error),
      changeUser,
      signIn,
      signOut,
    }),
    [me, chosen, error, refused, changeUser, signIn, signOut],
  );
  return <Context value={who}>{children}</Context>;
}

function isLost(error: unknown): boolean {
  return error instanceof Refusal && error.lost;
}
