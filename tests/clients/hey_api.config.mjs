// What the client of @hey-api/openapi-ts is generated from.
export default {
  input: process.env.HUB_OPENAPI,
  output: { path: "./generated/hey-api", importFileExtension: ".js" },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
};
