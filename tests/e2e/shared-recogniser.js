import { shared, startRecogniser } from './recogniser.js';

/**
 * One server for all chapters that want no settings of their own: starting one takes longer than most tests.
 *
 * @param {import('vitest/node').TestProject} project
 * @returns {Promise<(() => Promise<void>) | undefined>}
 */
export default async function setup(project) {
  if (!shared('keras') || !shared('photos/imagenet')) return undefined; // those who need it skip
  const server = await startRecogniser();
  project.provide('recogniser', server.address);
  return server.stop;
}
