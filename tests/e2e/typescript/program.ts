// What the manual shows, and more: compiled with the types of /openapi.json, then run.
import type { components, paths } from './openapi.js';

type Predict = paths['/predict']['post'];
export type Predictions = Predict['responses'][200]['content']['application/json'];
export type Explanation = components['schemas']['Explanation'];
export type Problem = components['schemas']['Problem'];

async function send(url: string, photo: Blob): Promise<unknown> {
  const form = new FormData();
  form.append('image', photo, 'photo.jpg');
  const response = await fetch(url, { method: 'POST', body: form, headers: { Accept: 'application/json' } });
  return response.json();
}

export async function recognise(server: string, photo: Blob): Promise<string> {
  const query: NonNullable<Predict['parameters']['query']> = { top: 3, taught: 'off' };
  const body = (await send(`${server}/predict?top=${query.top}&taught=${query.taught}`, photo)) as Predictions | Problem;
  if (!body.success) {
    const code: Problem['code'] = body.code;
    return `${code} ${body.retry_after ?? ''}`.trim();
  }
  // @ts-expect-error there is no such field
  if (body.prediction) throw new Error('unexpected');
  return `${body.predictions.length} ${body.predictions[0].name.zh} ${body.model.name}`;
}

export async function explain(server: string, photo: Blob): Promise<string> {
  const body = (await send(`${server}/explain?label=beagle`, photo)) as Explanation;
  const rows: number[][] = body.grid;
  return `${body.label.label} ${rows.length === rows[0].length} ${body.box.width}`;
}
