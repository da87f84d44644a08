/* Generated from shared/contract.schema.json by `make contract`; do not edit. */

/**
 * What went wrong, for programs. New codes may come; treat an unknown one by its status.
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
  | "store-unavailable"
  | "shutting-down"
  | "not-answering"
  | "internal";

/**
 * Every body that the PaiShi server sends, and the only place where their form is decided.
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
   * English name, as a person would write it.
   */
  en: string;
  /**
   * Chinese name, as a Chinese person would say it.
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
   * The class as Keras's own index spells it.
   */
  label: string;
  /**
   * Softmax output for this class, 0 to 1.
   */
  probability: number;
  /**
   * Identifier of the class; for ImageNet the WordNet id.
   */
  id: string;
  name: Name;
}
/**
 * The network that answered.
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
   * Name of the list of classes: a file in shared/labels/, or the operator's own network.
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
   * Whether the first name is probably right; where it is not, say so and do not name the thing.
   */
  confident: boolean;
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
 * 200 of POST /explain with Accept: application/json: where on the photo the network saw the class.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Explanation".
 */
export interface Explanation {
  success: true;
  label: Prediction;
  /**
   * Exact class activation where the network ends in pooling and one matrix, else by gradients.
   */
  method: "cam" | "grad-cam";
  /**
   * Rows from top to bottom, each from left to right: 0 says nothing for the class, 1 the most.
   */
  grid: number[][];
  box: Box;
  model: Model;
  request_id: string;
}
/**
 * 200 of POST /features: what the network makes of the photo before it names it.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Features".
 */
export interface Features {
  success: true;
  /**
   * Of a vector its length; of a map height, width and channels.
   */
  shape: number[];
  /**
   * All values one after the other, the last axis of shape fastest.
   */
  features: number[];
  /**
   * Name of the layer in Keras, null for the vector before the head.
   */
  layer: string | null;
  model: Model;
  request_id: string;
}
/**
 * 200 of POST /image with Accept: application/json: where the picture can be fetched, for a while.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Echo".
 */
export interface Echo {
  success: true;
  /**
   * Absolute address that GET, and so wx.downloadFile, answers with image/jpeg.
   */
  url: string;
  /**
   * Pixels, after turning upright.
   */
  width: number;
  /**
   * Pixels, after turning upright.
   */
  height: number;
  /**
   * Seconds after which the address answers 404 at the latest.
   */
  expires_in: number;
  request_id: string;
}
/**
 * 200 of POST /session: what this user sends from now on as `Authorization: Bearer <token>`.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Session".
 */
export interface Session {
  success: true;
  token: string;
  /**
   * Seconds after which the token is refused with 401 `not-authorised`.
   */
  expires_in: number;
  request_id: string;
}
/**
 * 200 of POST /corrections: the photo and the name that a person gave it are kept.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Correction".
 */
export interface Correction {
  success: true;
  /**
   * What it is kept under: the id of a class that the network knows, else the text as it was sent.
   */
  label: string;
  request_id: string;
}
/**
 * Any 4xx or 5xx, as RFC 9457 application/problem+json. `success` is there for pages written for the demo.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Problem".
 */
export interface Problem {
  /**
   * Identifies the kind of problem; `urn:paishi:problem:` and the code.
   */
  type: string;
  /**
   * Short summary, the same for every problem of this kind.
   */
  title: string;
  /**
   * HTTP status.
   */
  status: number;
  /**
   * What happened this time and what to do next, in English.
   */
  detail: string;
  success: false;
  code: ProblemCode;
  request_id: string;
  /**
   * Seconds to wait before trying again; the header Retry-After for clients that cannot read headers.
   */
  retry_after?: number;
}
/**
 * 200 of GET /livez: the process answers.
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
/**
 * 200 of GET /readyz: a network has answered its self-test. Until then it is a Problem with status 503.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Ready".
 */
export interface Ready {
  status: "ready";
  model: Model;
  /**
   * What runs the network.
   */
  runtime: string;
  /**
   * What the network calculates with.
   */
  precision: "fp32" | "bf16" | "int8";
  /**
   * How a photo is brought to the network's size.
   */
  fit: "crop" | "squash" | "both";
}
/**
 * One network of the catalogue, or the operator's own while it serves.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Backbone".
 */
export interface Backbone {
  /**
   * What PAISHI_MODEL takes; of the operator's own network what its card or folder calls it.
   */
  name: string;
  /**
   * Side of the square that the network reads, in pixels.
   */
  input_size: number;
  /**
   * Number of weights, classifier included; null for the operator's own network.
   */
  parameters: number | null;
  /**
   * Published ImageNet top-1 accuracy in percent.
   */
  top1: number | null;
  /**
   * Published ImageNet top-5 accuracy in percent, null where none was published.
   */
  top5: number | null;
  /**
   * Published size of the weights in megabytes; of the operator's own network the size of its file.
   */
  download_mb: number;
  /**
   * Whether the weights lie on this server's disk.
   */
  cached: boolean;
  /**
   * Whether this network answers POST /predict now.
   */
  serving: boolean;
  /**
   * What the network calculates with. Of the network that serves.
   */
  precision?: "fp32" | "bf16" | "int8";
  /**
   * Share of photos whose most probable class is the same as in fp32; where the precision is another.
   */
  agreement?: number;
  /**
   * How many photos that share is of.
   */
  checked_on?: number;
  /**
   * How many other photos the precision was calibrated on; bf16 needs none.
   */
  calibrated_on?: number;
  /**
   * Median milliseconds for one photo alone on this machine, without reading it; where `python -m server models --measure` has measured it.
   */
  measured_ms?: number;
  /**
   * What the operator says of a network of their own.
   */
  description?: string;
  /**
   * Which version of it the operator says it is.
   */
  version?: string;
}
/**
 * 200 of GET /models.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Models".
 */
export interface Models {
  models: Backbone[];
}
