// The page of `talkinghead live`: one face, which is shown already.

import { init } from "./live.js";

init(async () => "live");
document.body.dataset.ready = "";
