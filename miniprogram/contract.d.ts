/* Generated from shared/contract.schema.json by `make contract`; do not edit. */

/**
 * Kind of problem, for programs. Codes may be added; treat an unknown one by its status.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "ProblemCode".
 */
export type ProblemCode =
  | "request-invalid"
  | "image-missing"
  | "image-too-large"
  | "image-too-many-pixels"
  | "image-format-unsupported"
  | "image-unreadable"
  | "image-not-found"
  | "not-found"
  | "method-not-allowed"
  | "model-loading"
  | "model-unavailable"
  | "not-explainable"
  | "on-device-off"
  | "model-not-exported"
  | "overloaded"
  | "image-takes-too-long"
  | "request-timeout"
  | "too-many-requests"
  | "not-authorised"
  | "login-code-invalid"
  | "login-blocked"
  | "login-unavailable"
  | "corrections-off"
  | "corrections-full"
  | "teaching-off"
  | "not-teachable"
  | "taught-before"
  | "taught-name-exists"
  | "taught-looks-like-other"
  | "taught-full"
  | "store-unavailable"
  | "shutting-down"
  | "not-answering"
  | "internal";
/**
 * Any 4xx or 5xx, as RFC 9457 application/problem+json. `success` serves pages written for the old demo.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Problem".
 */
export type Problem = MissingWeights & Problem1;
/**
 * The model for which another one stands in.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Awaited".
 */
export type Awaited = MissingWeights & Awaited1;

/**
 * Every body that the PaiShi server sends; the single source of both sides' types.
 */
export interface Contract {
  [k: string]: unknown;
}
/**
 * What people call the class.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Name".
 */
export interface Name {
  /**
   * English name, as people write it.
   */
  en: string;
  /**
   * Chinese name, as people say it.
   */
  zh: string;
}
/**
 * One class with its probability.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Prediction".
 */
export interface Prediction {
  /**
   * The class as the index of Keras spells it.
   */
  label: string;
  /**
   * Probability of this class, 0 to 1.
   */
  probability: number;
  /**
   * Identifier of the class; for ImageNet the WordNet id.
   */
  id: string;
  name: Name;
  /**
   * True for a thing that a user taught this server, left out for others; its `id` begins with `taught:`, and `label` and both names are the user's text.
   */
  taught?: boolean;
}
/**
 * A rough kind of thing, such as a dog or a vehicle; its English name has the article.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Kind".
 */
export interface Kind {
  /**
   * Identifier of the kind, as in shared/labels/imagenet_kinds.json.
   */
  id: string;
  name: Name;
  /**
   * Sum of the probabilities of its classes.
   */
  probability: number;
}
/**
 * 200 of GET /classes/{id}: what people may like to read about a class.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "ClassCard".
 */
export interface ClassCard {
  /**
   * As in predictions.
   */
  id: string;
  label: string;
  name: Name;
  /**
   * Reading of the Chinese name with tone marks, one syllable for each character.
   */
  pinyin: string;
  about: About;
  kind: KindName;
}
/**
 * A sentence about the class.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "About".
 */
export interface About {
  /**
   * In English.
   */
  en: string;
  /**
   * In Chinese.
   */
  zh: string;
}
/**
 * The most special kind of thing that the class belongs to.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "KindName".
 */
export interface KindName {
  /**
   * As in `Kind`.
   */
  id: string;
  name: Name;
}
/**
 * The model that recognised the photo.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Model".
 */
export interface Model {
  /**
   * As in GET /models.
   */
  name: string;
  /**
   * Name of the list of classes: a file in shared/labels/, or the custom model.
   */
  labels: string;
}
/**
 * 200 of POST /predict: the most probable classes, most probable first.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Predictions".
 */
export interface Predictions {
  success: true;
  /**
   * @minItems 1
   * @maxItems 20
   */
  predictions: [Prediction, ...Prediction[]];
  /**
   * Whether the first name is probably right. If not, tell the user so, and show the `kind` if there is one, instead of a name.
   */
  confident: boolean;
  kind?: Kind;
  model: Model;
  /**
   * Also sent as the header X-Request-ID; quote it when you report a problem.
   */
  request_id: string;
}
/**
 * Part of the upright photo, as fractions of its width and height.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Box".
 */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
/**
 * 200 of POST /explain with Accept: application/json: where in the photo the model found evidence for the class.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Explanation".
 */
export interface Explanation {
  success: true;
  label: Prediction;
  /**
   * `cam`, exact class activation, if the model ends in pooling and one matrix; otherwise `grad-cam`, by gradients, or for a custom model `occlusion`, by covering part after part of the photo. For a taught thing it is always `similarity`, that of each part of the photo to the photos it was taught with.
   */
  method: "cam" | "grad-cam" | "occlusion" | "similarity";
  /**
   * Rows from top to bottom, each from left to right: from 0, no evidence for the class, to 1, the strongest.
   */
  grid: number[][];
  box: Box;
  model: Model;
  request_id: string;
}
/**
 * 200 of POST /explain with Accept: application/json and several labels: one explanation for each, in their order.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Explanations".
 */
export interface Explanations {
  success: true;
  /**
   * @minItems 2
   * @maxItems 5
   */
  explanations: [Explanation, Explanation, ...Explanation[]];
  request_id: string;
}
/**
 * 200 of POST /features: the output of a layer for the photo.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Features".
 */
export interface Features {
  success: true;
  /**
   * Length of a vector; height, width and channels of a map.
   */
  shape: number[];
  /**
   * All values in C order: the last axis of `shape` varies fastest.
   */
  features: number[];
  /**
   * Name of the layer in Keras; null for the vector before the head.
   */
  layer: string | null;
  model: Model;
  request_id: string;
}
/**
 * 200 of POST /image with Accept: application/json: where the picture can be fetched until it expires.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Echo".
 */
export interface Echo {
  success: true;
  /**
   * Absolute URL of the JPEG, for GET or wx.downloadFile.
   */
  url: string;
  /**
   * Pixels of the upright picture.
   */
  width: number;
  /**
   * Pixels of the upright picture.
   */
  height: number;
  /**
   * Seconds until the URL returns 404 at the latest.
   */
  expires_in: number;
  request_id: string;
}
/**
 * 200 of POST /session: the token that this user sends as `Authorization: Bearer <token>`.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Session".
 */
export interface Session {
  success: true;
  token: string;
  /**
   * Seconds until the token expires; it is then refused with 401 `not-authorised`.
   */
  expires_in: number;
  request_id: string;
}
/**
 * 200 of POST /corrections: the photo and its corrected name are stored.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Correction".
 */
export interface Correction {
  success: true;
  /**
   * Label that the photo is stored under: the id if it is a class of the model, otherwise the text that was sent.
   */
  label: string;
  request_id: string;
}
/**
 * A thing that its user taught the server by photos.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "TaughtThing".
 */
export interface TaughtThing {
  /**
   * The same for as long as the thing is kept, whatever its name.
   */
  id: string;
  /**
   * As the user typed it, at most 60 characters as a reader counts them: an emoji of several code points is one.
   */
  name: string;
  /**
   * Language of the name, if the user's page said it.
   */
  lang?: "zh" | "en";
  /**
   * Numbers of its photos for GET /taught/{id}/photos/{n}, oldest first; numbers are never used again. Empty if the server keeps no photos.
   */
  photos: number[];
  /**
   * How many photos it was taught with.
   */
  count: number;
  /**
   * Whether these are enough to be relied on: three, better from different sides and before different backgrounds.
   */
  enough: boolean;
  /**
   * Whether photos are compared with it now. False while the server learns it anew for another model, and for good if that model cannot be taught.
   */
  ready: boolean;
  /**
   * Set from twenty photos on: `paishi train` recognises it better than teaching.
   */
  advice?: "train";
}
/**
 * 200 of POST /taught: the photo is learned; the next photo is compared with it.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Taught".
 */
export interface Taught {
  success: true;
  thing: TaughtThing;
  /**
   * Number of the new photo.
   */
  photo: number;
  seen_as: Prediction1;
  /**
   * Whether the name is already that of a class of the model, which is allowed.
   */
  is_class: boolean;
  request_id: string;
}
/**
 * One class with its probability.
 */
export interface Prediction1 {
  /**
   * The class as the index of Keras spells it.
   */
  label: string;
  /**
   * Probability of this class, 0 to 1.
   */
  probability: number;
  /**
   * Identifier of the class; for ImageNet the WordNet id.
   */
  id: string;
  name: Name;
  /**
   * True for a thing that a user taught this server, left out for others; its `id` begins with `taught:`, and `label` and both names are the user's text.
   */
  taught?: boolean;
}
/**
 * The most that a user may teach.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "TaughtLimits".
 */
export interface TaughtLimits {
  things: number;
  /**
   * Of one thing.
   */
  photos: number;
}
/**
 * 200 of GET /taught: all things of this user, the one taught last first.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "TaughtThings".
 */
export interface TaughtThings {
  success: true;
  things: TaughtThing[];
  limits: TaughtLimits;
  request_id: string;
}
/**
 * 200 of PATCH /taught/{id} and POST /taught/undo: the thing as it is now.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "TaughtChanged".
 */
export interface TaughtChanged {
  success: true;
  thing: TaughtThing;
  request_id: string;
}
/**
 * 200 of DELETE: the thing or photo is gone from all answers. It is deleted for good when `undo` expires.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "TaughtRemoved".
 */
export interface TaughtRemoved {
  success: true;
  /**
   * For POST /taught/undo. Left out by DELETE /taught, which deletes everything of the user at once and for good.
   */
  undo?: string;
  /**
   * Seconds until `undo` no longer works.
   */
  expires_in?: number;
  request_id: string;
}
/**
 * The taught thing that stands in the way of what was asked.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "OtherThing".
 */
export interface OtherThing {
  id: string;
  name: string;
}
/**
 * The file of weights that the operator can fetch by hand, if that is what the model lacks. Clients on other machines see neither `folder` nor `command`.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "MissingWeights".
 */
export interface MissingWeights {
  /**
   * Name of the file.
   */
  file?: string;
  /**
   * Bytes of the file, if its publisher is known to have given it that size.
   */
  size?: number;
  /**
   * Algorithm and hash as published, such as `md5:2cb9…`; left out if none is published.
   */
  hash?: string;
  /**
   * Addresses of the publishers that have the file.
   */
  urls?: string[];
  /**
   * Folder of the server in which it looks for the file.
   */
  folder?: string;
  /**
   * Command line that fetches the file into `folder`, quoted for the shell of the server's system.
   */
  command?: string;
}
export interface Problem1 {
  /**
   * Kind of problem: `/problems#` and the code, relative to the server, whose page there says what to do.
   */
  type: string;
  /**
   * Short summary, the same for all problems of this kind.
   */
  title: string;
  /**
   * HTTP status.
   */
  status: number;
  /**
   * What happened and what to do next, in English.
   */
  detail: string;
  success: false;
  code: ProblemCode;
  request_id: string;
  /**
   * Seconds to wait before a retry: the header Retry-After, for clients that cannot read headers.
   */
  retry_after?: number;
  other?: OtherThing;
}
/**
 * 200 of GET /livez: the process responds.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Alive".
 */
export interface Alive {
  status: "alive";
  /**
   * Version of the server.
   */
  version: string;
}
export interface Awaited1 {
  /**
   * As in GET /models.
   */
  name: string;
  /**
   * Why its last attempt to load failed; it is tried again.
   */
  reason?: string;
  /**
   * How much of its weights has been received.
   */
  percent?: number;
}
/**
 * 200 of GET /readyz: a model is loaded and has passed its self-test. Until then, a Problem with status 503.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Ready".
 */
export interface Ready {
  status: "ready";
  model: Model;
  /**
   * Runtime of the model: openvino or tensorflow.
   */
  runtime: string;
  /**
   * Precision of the calculations.
   */
  precision: "fp32" | "bf16" | "int8";
  /**
   * How a photo is fitted to the model's input size.
   */
  fit: "crop" | "squash" | "both";
  awaited?: Awaited;
  /**
   * Whether users may teach this server things of their own now (`/taught`); left out means no.
   */
  teaching?: boolean;
  /**
   * Whether phones can fetch a model to recognise without a network (`/on-device`); left out means no.
   */
  on_device?: boolean;
}
/**
 * 200 of GET /on-device: the model that phones can fetch, and how to name photos with it. Its input `rgb` is float32, 0 to 255, in planes (NCHW), without further preprocessing; its output `probabilities` is float32, one for each class in the order of the labels.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "OnDevice".
 */
export interface OnDevice {
  model: Model;
  /**
   * Height of the model's input in pixels.
   */
  input_height: number;
  /**
   * Width of the model's input in pixels.
   */
  input_width: number;
  /**
   * How a photo is fitted to the model's input size; for `both`, the probabilities of the two are averaged.
   */
  fit: "crop" | "squash" | "both";
  /**
   * Probability from which the first name is probably right.
   */
  confident_at: number;
  onnx: OnDeviceFile;
  labels: OnDeviceFile;
}
/**
 * A file for phones. GET takes `Range`, and its ETag is the hash in quotation marks.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "OnDeviceFile".
 */
export interface OnDeviceFile {
  /**
   * Path below the server's address.
   */
  path: string;
  bytes: number;
  /**
   * SHA-256 of the file, hexadecimal.
   */
  sha256: string;
}
/**
 * A model of the catalogue, or the custom model while it is being served.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Backbone".
 */
export interface Backbone {
  /**
   * Value of PAISHI_MODEL; for a custom model, the name on its card or of its folder.
   */
  name: string;
  /**
   * Side of the model's square input, in pixels; left out if it is not square, as a custom model's may be.
   */
  input_size?: number;
  /**
   * Height of the model's input in pixels, if that is not square.
   */
  input_height?: number;
  /**
   * Width of the model's input in pixels, if that is not square.
   */
  input_width?: number;
  /**
   * Number of weights, classifier included; null for a custom model.
   */
  parameters: number | null;
  /**
   * Published ImageNet top-1 accuracy in percent.
   */
  top1: number | null;
  /**
   * Published ImageNet top-5 accuracy in percent, null if none was published.
   */
  top5: number | null;
  /**
   * Published size of the weights in megabytes; for a custom model, the size of its file.
   */
  download_mb: number;
  /**
   * Whether the weights are on this server's disk.
   */
  cached: boolean;
  /**
   * Whether POST /predict uses this model now.
   */
  serving: boolean;
  /**
   * Precision of the calculations, for the model that is being served.
   */
  precision?: "fp32" | "bf16" | "int8";
  /**
   * Share of photos with the same most probable class as in fp32, if the precision is lower.
   */
  agreement?: number;
  /**
   * Number of photos behind `agreement`.
   */
  checked_on?: number;
  /**
   * Number of other photos used for calibration; bf16 needs none.
   */
  calibrated_on?: number;
  /**
   * Address of the page that publishes the accuracies, for a model of the catalogue.
   */
  accuracy_source?: string;
  /**
   * What an operator should know before choosing this model.
   */
  note?: string;
  /**
   * Median milliseconds for one photo on this machine, decoding excluded, as measured by `python -m paishi models --measure`.
   */
  measured_ms?: number;
  /**
   * The operator's description of a custom model.
   */
  description?: string;
  /**
   * The operator's version of a custom model.
   */
  version?: string;
}
/**
 * 200 of GET /models: the models that PAISHI_MODEL can name, and the custom one while it is being served.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Models".
 */
export interface Models {
  models: Backbone[];
}
