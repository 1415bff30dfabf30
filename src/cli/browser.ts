/** Chromium's arguments for WebGPU without a display. */
export const CHROMIUM_ARGS: readonly string[] = [
  '--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
export const findBrowser = (): { executablePath: string } => ({ executablePath: '/usr/bin/chromium' });
