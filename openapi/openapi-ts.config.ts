import { defineConfig } from "@hey-api/openapi-ts";

// The answers' dates stay strings, as they are on the wire; problems arrive typed as `Problem`.
export default defineConfig({
  input: "openapi.json",
  output: { path: "clients/typescript/src", clean: true },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
});
