// Types of the vendored module, as far as lib/decode.js uses it.
export class _QRScanner {
  constructor(options: { maxSize: { width: number; height: number }; effort: number; timeLimit: number; format: "I420" });
  luma: Uint8Array;
  processImage(size: { width: number; height: number }): void;
  decode(all: boolean): (string | Error)[];
  clean(): void;
}
