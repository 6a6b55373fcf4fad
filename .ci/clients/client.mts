// A client that is generated from the document: it signs up, signs in and reads.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const client = createClient<paths>({ baseUrl: process.env["CLIENT_URL"] ?? "" });
const password = "correct horse battery";

const signedUp = await client.POST("/user", {
  body: { username: "typescript", password, data: { city: "London" } },
});
assert.equal(signedUp.response.status, 201);
assert.equal(signedUp.data?.role, "user");
assert.equal(signedUp.response.headers.get("location"), "/user/typescript");

const signedIn = await client.POST("/auth", { body: { username: "typescript", password } });
assert.ok(signedIn.data);
const headers = { Authorization: `Bearer ${signedIn.data.token}` };

const read = await client.GET("/user/{username}", { params: { path: { username: "me" } }, headers });
assert.ok(read.data);
assert.equal(read.data.id, signedIn.data.user.id);
assert.deepEqual(read.data.data, { city: "London" });

const sessions = await client.GET("/user/{username}/sessions", {
  params: { path: { username: "me" }, query: { limit: 1 } },
  headers,
});
assert.equal(sessions.data?.items[0]?.current, true);
assert.equal(sessions.data?.next, null);

const refused = await client.GET("/users", { headers });
assert.equal(refused.error?.code, "forbidden");
const wrong = await client.POST("/user", { body: { username: "typescript", password: "short" } });
assert.equal(wrong.error?.errors?.[0]?.pointer, "/password");

const signedOut = await client.DELETE("/auth", { headers });
assert.equal(signedOut.response.status, 204);
console.log("the TypeScript client works");
