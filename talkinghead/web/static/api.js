// Requests to the service. A refused request throws its error message.

let maxUpload = Infinity; // megabytes

/** The service did not answer. */
export class Unreachable extends Error {}

/** The service refused the request. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new Unreachable("The program has stopped. Start it again: talkinghead serve");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(body.error ?? `the program answered ${response.status}`, response.status);
  return body;
}

async function post(path, form) {
  const bytes = [...form.values()].reduce((sum, value) => sum + (value.size ?? 0), 0);
  if (bytes > maxUpload * 1e6) {
    throw new Error(`the files are larger than ${maxUpload} MB together; send smaller ones`);
  }
  return request(path, { method: "POST", body: form });
}

export async function getOptions() {
  const options = await request("options");
  maxUpload = options.limits.max_upload;
  return options;
}
export const getPuppets = () => request("puppets");
export const getStyles = () => request("styles");
export const submitJob = (form) => post("jobs", form);
export const getJob = (id) => request(`jobs/${id}`);
export const deleteJob = (id) => request(`jobs/${id}`, { method: "DELETE" });

export const getLive = (id) => request(`live/${id}`);
export const openLive = (form) => post("live", form);

export function detectFaces(image) {
  const form = new FormData();
  form.set("photo", image);
  return post("faces", form);
}
