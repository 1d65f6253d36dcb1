// Requests to the service. A refused request throws its error message.

async function request(path, options) {
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new Error("The program has stopped. Start it again: talkinghead serve");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error ?? `the program answered ${response.status}`);
  return body;
}

const post = (path, body) => request(path, { method: "POST", body });

export const getOptions = () => request("options");
export const getPuppets = () => request("puppets");
export const getStyles = () => request("styles");
export const submitJob = (form) => post("jobs", form);
export const getJob = (id) => request(`jobs/${id}`);
export const deleteJob = (id) => request(`jobs/${id}`, { method: "DELETE" });

export function detectFaces(image) {
  const form = new FormData();
  form.set("photo", image);
  return post("faces", form);
}
