// What the fetch client of orval is generated from.
export default {
  hub: {
    input: process.env.HUB_OPENAPI,
    output: { target: "./generated/orval.ts", client: "fetch", mode: "single", baseUrl: process.env.HUB_URL },
  },
};
