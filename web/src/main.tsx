import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueryClient } from "./api/queries";
import { App } from "./app";
import { followTheme } from "./theme";
import { tellRefused } from "./who/refusals";
import { recallKey, WhoProvider } from "./who/who";
import "./styles.css";

followTheme();
recallKey();
const root = document.getElementById("root");
if (root === null) throw new Error("the document has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={makeQueryClient(tellRefused)}>
      <WhoProvider>
        <App />
      </WhoProvider>
    </QueryClientProvider>
  </StrictMode>,
);
