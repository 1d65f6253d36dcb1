// Questions to the server. Addresses are relative: the token in the page's own address leads them.

export class Refusal extends Error {
  constructor(status, answer) {
    super(answer.error ?? `the editor answered ${status}`);
    Object.assign(this, { status, pose: answer.pose ?? null, point: answer.point ?? null });
  }
}

async function asked(path, options) {
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new Refusal(0, { error: "The editor is not running any more. Start it again, then save." });
  }
  if (!response.ok) throw new Refusal(response.status, await response.json().catch(() => ({})));
  return response;
}

const posted = (path, body) =>
  asked(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

export const state = async () => (await asked("state")).json();
export const layer = async (role) => createImageBitmap(await (await asked(`layer/${role}`)).blob());
export const pose = async (body) => createImageBitmap(await (await posted("pose", body)).blob());
export const mesh = async (body) => (await posted("mesh", body)).json();
export const suggest = async (body) => (await posted("suggest", body)).json();
export const check = async (body) => (await (await posted("check", body)).json()).problems;
export const save = async (body) => (await posted("save", body)).json();
export const speak = async (body) => `api/clip/${(await (await posted("speak", body)).json()).clip}.mp4`;

/** Runs `work` for the newest request only: one at a time, those between are dropped. */
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
