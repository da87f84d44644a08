/** A fault in the mini-program's source, with the place to look at. */
export class CompileError extends Error {
  /**
   * @param {string} message what is wrong
   * @param {string} file path relative to the mini-program's root
   * @param {number} [line] 1-based
   * @param {number} [column] 1-based
   */
  constructor(message, file, line, column) {
    super(`${[file, line, column].filter((part) => part !== undefined).join(':')}: ${message}`);
    this.name = 'CompileError';
    this.file = file;
    this.line = line;
    this.column = column;
  }
}
