// Types of the vendored module, as far as lib/scan.js uses it.
export function decodeQR(image: { width: number; height: number; data: Uint8Array | Uint8ClampedArray },
  options?: { effort?: number; timeLimit?: number }): string;
