// Requests to the server. Addresses are relative to the page's, which holds the token.

export class RequestError extends Error {
  constructor(status, answer) {
    super(answer.error ?? `the editor answered ${status}`);
    Object.assign(this, { status, pose: answer.pose ?? null, point: answer.point ?? null });
  }
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new RequestError(0, { error: "The editor has stopped. Start it again, then save." });
  }
  if (!response.ok) throw new RequestError(response.status, await response.json().catch(() => ({})));
  return response;
}

const post = (path, body) =>
  request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

export const state = async () => (await request("state")).json();
export const layer = async (role) => createImageBitmap(await (await request(`layer/${role}`)).blob());
export const pose = async (body) => createImageBitmap(await (await post("pose", body)).blob());
export const mesh = async (body) => (await post("mesh", body)).json();
export const suggest = async (body) => (await post("suggest", body)).json();
export const check = async (body) => (await (await post("check", body)).json()).problems;
export const save = async (body) => (await post("save", body)).json();
export const speak = async (body) => `api/clip/${(await (await post("speak", body)).json()).clip}.mp4`;

/** Runs `work` once at a time; of the calls made meanwhile only the last one is run. */
export function latest(work) {
  let running = false, waiting = false;
  return async function run() {
    if (running) {
      waiting = true;
      return;
    }
    running = true;
    do {
      waiting = false;
      await work();
    } while (waiting);
    running = false;
  };
}
