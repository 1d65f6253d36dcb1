// Questions to the service. What it refuses is thrown, in its own words.

async function asked(path, options) {
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new Error("The program does not answer any more. Start it again: talkinghead serve");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `the program answered ${response.status}`);
  return answer;
}

const posted = (path, body) => asked(path, { method: "POST", body });

export const offer = () => asked("offer");
export const puppets = () => asked("puppets");
export const styles = () => asked("styles");
export const order = (form) => posted("jobs", form);
export const state = (id) => asked(`jobs/${id}`);
export const drop = (id) => asked(`jobs/${id}`, { method: "DELETE" });

export function faces(picture) {
  const form = new FormData();
  form.set("picture", picture);
  return posted("faces", form);
}
