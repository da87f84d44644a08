// Types are tsc's business in miniprogram/; here it is mistakes, and size as guidance.
import js from '@eslint/js';
import globals from 'globals';

const GUIDANCE = {
  complexity: ['error', 12],
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-depth': ['error', 3],
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
};

const MINI_PROGRAM = ['wx', 'App', 'Page', 'Component', 'Behavior', 'getApp', 'getCurrentPages', 'require', 'module'];

/** @param {string[]} names @returns {Record<string, 'readonly'>} */
const readonly = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default [
  { ignores: ['.venv/', 'artifacts/', 'build/', 'node_modules/', '**/*.d.ts'] },
  js.configs.recommended,
  { rules: GUIDANCE },
  {
    files: ['miniprogram/**/*.js', 'tests/simulator/fixture/**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { ...readonly(MINI_PROGRAM), ...readonly(['console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval']) },
    },
  },
  {
    files: ['server/paishi/web/*.js', 'server/paishi/training/report/*.js'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['tests/**/*.js', '*.config.js'],
    ignores: ['tests/simulator/fixture/**'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    // A describe() is a chapter, not a function.
    rules: { 'max-lines-per-function': 'off' },
  },
];
