// Drives every call of the API through the official client, as an administrator's tool would. Prints a line a step; ends with 1 at the first
// answer that is not what the client's users rely on.
import assert from "node:assert/strict";
import Cloudflare from "cloudflare";

const account_id = "0123456789abcdef0123456789abcdef";
const baseURL = `${process.env.FASTPROXY_URL}/client/v4`;
const client = new Cloudflare({ baseURL, apiToken: process.env.FASTPROXY_WRITE_TOKEN, maxRetries: 0 });
const reader = new Cloudflare({ baseURL, apiToken: process.env.FASTPROXY_READ_TOKEN, maxRetries: 0 });
const stranger = new Cloudflare({ baseURL, apiToken: "fpat_" + "0".repeat(64), maxRetries: 0 });
const access = client.zeroTrust.access;
const everyone = [{ everyone: {} }];

async function step(name, run) {
  await run();
  console.log(name);
}

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

async function refused(call, status, code) {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof Cloudflare.APIError, String(error));
    assert.equal(error.status, status, error.message);
    assert.equal(error.errors[0].code, code, error.message);
    return true;
  });
}

let token;
await step("service token: create, get, list, page, filter", async () => {
  token = await access.serviceTokens.create({ account_id, name: "ci", duration: "8760h" });
  assert.match(token.client_id, /^[0-9a-f]{32}\.access$/);
  assert.match(token.client_secret, /^[0-9a-f]{64}$/);
  for (let i = 0; i < 4; i++) await access.serviceTokens.create({ account_id, name: `other ${i}`, duration: "forever" });
  const shown = await access.serviceTokens.get(token.id, { account_id });
  assert.equal(shown.client_secret, undefined);
  assert.equal(shown.enabled, true);
  assert.equal((await all(access.serviceTokens.list({ account_id, per_page: 2 }))).length, 5);
  assert.deepEqual((await all(access.serviceTokens.list({ account_id, name: "ci" }))).map((t) => t.id), [token.id]);
  assert.equal((await all(access.serviceTokens.list({ account_id, search: "OTHER" }))).length, 4);
});

await step("service token: update, disable, enable, refresh, rotate", async () => {
  assert.equal((await access.serviceTokens.update(token.id, { account_id, name: "ci2" })).name, "ci2");
  assert.equal((await access.serviceTokens.update(token.id, { account_id, enabled: false })).enabled, false);
  assert.equal((await access.serviceTokens.update(token.id, { account_id, enabled: true, duration: "24h" })).duration, "24h");
  assert.ok(new Date((await access.serviceTokens.refresh(token.id, { account_id })).expires_at) > new Date());
  const later = new Date(Date.now() + 3600e3).toISOString();
  const rotated = await access.serviceTokens.rotate(token.id, { account_id, previous_client_secret_expires_at: later });
  assert.equal(rotated.client_id, token.client_id);
  assert.notEqual(rotated.client_secret, token.client_secret);
  // A token has two secrets at most: the second overlap waits for the end of the first.
  await assert.rejects(access.serviceTokens.rotate(token.id, { account_id, previous_client_secret_expires_at: later }), { status: 400 });
  await access.serviceTokens.update(token.id, { account_id, previous_client_secret_expires_at: new Date(0).toISOString() });
  const again = await access.serviceTokens.update(token.id, { account_id, client_secret_version: 3, previous_client_secret_expires_at: later });
  assert.match(again.client_secret, /^[0-9a-f]{64}$/);
  assert.match((await access.serviceTokens.rotate(token.id, { account_id })).client_secret, /^[0-9a-f]{64}$/);
});

let group;
await step("group: create, update, get, list", async () => {
  group = await access.groups.create({ account_id, name: "machines", include: [{ service_token: { token_id: token.id } }] });
  group = await access.groups.update(group.id, { account_id, name: "machines", include: group.include, exclude: [{ ip: { ip: "192.0.2.0/24" } }] });
  assert.equal((await access.groups.get(group.id, { account_id })).exclude.length, 1);
  assert.equal((await all(access.groups.list({ account_id, name: "machines" }))).length, 1);
});

let reusable;
await step("reusable policy: create, update, get, list", async () => {
  reusable = await access.policies.create({ account_id, name: "shared", decision: "non_identity", include: [{ group: { id: group.id } }] });
  assert.equal(reusable.reusable, true);
  reusable = await access.policies.update(reusable.id, { account_id, name: "shared", decision: "non_identity", include: [{ group: { id: group.id } }], session_duration: "1h" });
  assert.equal((await access.policies.get(reusable.id, { account_id })).session_duration, "1h");
  assert.equal((await all(access.policies.list({ account_id }))).length, 1);
});

let app;
await step("application: create, get by id and tag, list, replace, revoke tokens", async () => {
  app = await access.applications.create({
    account_id,
    type: "self_hosted",
    name: "git",
    domain: "git.example.com",
    destinations: [{ type: "public", uri: "git.example.com" }, { type: "public", uri: "*.git.example.com/x" }],
    session_duration: "12h",
    tags: ["ours"],
    cors_headers: { allow_all_origins: true },
    policies: [{ id: reusable.id, precedence: 2 }, { name: "inline", decision: "allow", include: everyone, precedence: 1 }],
    origin: "ssh://127.0.0.1:22",
  });
  assert.match(app.aud, /^[0-9a-f]{64}$/);
  assert.deepEqual(app.policies.map((p) => p.name), ["inline", "shared"]);
  assert.equal(app.origin, "ssh://127.0.0.1:22");
  assert.equal((await access.applications.get(app.aud, { account_id })).id, app.id);
  assert.equal((await all(access.applications.list({ account_id, domain: "git.example.com", exact: true }))).length, 1);
  assert.equal((await all(access.applications.list({ account_id, aud: app.aud }))).length, 1);
  const { id, aud, created_at, updated_at, ...body } = await access.applications.get(app.id, { account_id });
  const replaced = await access.applications.update(app.id, { account_id, ...body, name: "git2" });
  assert.equal(replaced.name, "git2");
  assert.deepEqual(replaced.tags, ["ours"]);
  assert.deepEqual(replaced.policies.map((p) => p.id), app.policies.map((p) => p.id));
  assert.equal((await access.policies.get(reusable.id, { account_id })).app_count, 1);
  assert.deepEqual(await access.applications.revokeTokens(app.id, { account_id }), {});
});

await step("application policies: create, update, list, get, make reusable, delete", async () => {
  const policies = access.applications.policies;
  let policy = await policies.create(app.id, { account_id, name: "own", decision: "bypass", include: [{ ip: { ip: "10.0.0.0/8" } }] });
  assert.equal(policy.precedence, 3);
  policy = await policies.update(policy.id, { account_id, app_id: app.id, name: "own2", decision: "bypass", include: [{ ip: { ip: "10.0.0.0/8" } }], precedence: 5 });
  assert.equal((await policies.get(policy.id, { account_id, app_id: app.id })).precedence, 5);
  assert.equal((await all(policies.list(app.id, { account_id }))).length, 3);
  await client.put(`/accounts/${account_id}/access/apps/${app.id}/policies/${policy.id}/make_reusable`);
  assert.equal((await access.policies.get(policy.id, { account_id })).app_count, 1);
  assert.equal((await policies.delete(policy.id, { account_id, app_id: app.id })).id, policy.id);
  assert.equal((await access.policies.delete(policy.id, { account_id })).id, policy.id);
});

await step("organization: list, update", async () => {
  const organizations = client.zeroTrust.organizations;
  assert.equal((await organizations.list({ account_id })).strict_service_token_auth, true);
  const changed = await organizations.update({ account_id, name: "Ours", service_token_inactivity: { enabled: true, inactivity_threshold_days: 90, action: "disable" } });
  assert.equal(changed.service_token_inactivity.inactivity_threshold_days, 90);
});

await step("lists: create, edit, items, update, list, get, delete", async () => {
  const lists = client.zeroTrust.gateway.lists;
  const list = await lists.create({ account_id, name: "offices", type: "IP", items: [{ value: "10.0.0.0/8" }] });
  await lists.edit(list.id, { account_id, append: [{ value: "192.0.2.1" }], remove: ["10.0.0.0/8"] });
  assert.equal((await all(lists.items.list(list.id, { account_id }))).length, 1);
  assert.equal((await lists.update(list.id, { account_id, name: "sites" })).name, "sites");
  assert.equal((await all(lists.list({ account_id }))).length, 1);
  assert.equal((await lists.get(list.id, { account_id })).items.length, 1);
  await lists.delete(list.id, { account_id });
});

await step("API tokens: create, list, get, verify, delete", async () => {
  const made = await client.post(`/accounts/${account_id}/tokens`, { body: { name: "made", scope: "read" } });
  assert.match(made.result.value, /^fpat_/);
  assert.ok((await all(client.accounts.tokens.list({ account_id }))).some((t) => t.name === "made"));
  assert.equal((await client.accounts.tokens.get(made.result.id, { account_id })).scope, "read");
  assert.equal((await client.accounts.tokens.verify({ account_id })).status, "active");
  assert.equal((await client.user.tokens.verify()).status, "active");
  await client.accounts.tokens.delete(made.result.id, { account_id });
});

await step("refusals: in use, conflict, invalid, not found, no authority", async () => {
  await refused(access.serviceTokens.delete(token.id, { account_id }), 400, 12139);
  await refused(access.groups.delete(group.id, { account_id }), 400, 12139);
  await refused(access.policies.delete(reusable.id, { account_id }), 400, 12139);
  await refused(access.serviceTokens.create({ account_id, name: "ci2" }), 409, 12130);
  await refused(access.applications.create({ account_id, type: "saas", name: "s", domain: "s.example.com" }), 400, 12130);
  await refused(access.applications.policies.create(app.id, { account_id, name: "p", decision: "allow", include: everyone, precedence: 1 }), 400, 12130);
  await refused(access.serviceTokens.get(token.client_id, { account_id }), 404, 7003);
  await refused(access.keys.get({ account_id }), 404, 7003);
  await refused(reader.zeroTrust.access.serviceTokens.create({ account_id, name: "no" }), 403, 9109);
  await refused(stranger.zeroTrust.access.serviceTokens.get(token.id, { account_id }), 403, 10000);
  assert.equal((await all(reader.zeroTrust.access.serviceTokens.list({ account_id }))).length, 5);
});

await step("delete everything", async () => {
  assert.equal((await access.applications.delete(app.id, { account_id })).id, app.id);
  assert.equal((await access.policies.delete(reusable.id, { account_id })).id, reusable.id);
  assert.equal((await access.groups.delete(group.id, { account_id })).id, group.id);
  for (const item of await all(access.serviceTokens.list({ account_id }))) assert.equal((await access.serviceTokens.delete(item.id, { account_id })).id, item.id);
  assert.equal((await all(access.applications.list({ account_id }))).length, 0);
});

console.log("done");
