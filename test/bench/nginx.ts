import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Where it is; system folders are not on the path of everybody. */
const program = ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(
  (candidate) => spawnSync(candidate, ['-v']).status === 0,
)

export const nginxIsInstalled = program !== undefined

/** What a server block does: answers by itself, or passes on. */
export type NginxRole = { answer: string } | { upstreamPort: number }

export interface Nginx {
  /** The one worker process. */
  pid: number
  stop(): void
}

/** Starts nginx with one worker on a port, with files in a folder of its own. */
export const startNginx = async (port: number, role: NginxRole): Promise<Nginx> => {
  if (!program) throw new Error('nginx is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, role))
  const child = spawn(program, ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], {
    cwd: folder,
    stdio: 'ignore',
  })
  const stop = () => {
    child.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    return { pid: await workerOf(child), stop }
  } catch (error) {
    stop()
    throw error
  }
}

const configuration = (folder: string, port: number, role: NginxRole): string => `
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
events { worker_connections 2048; }
http {
  access_log off;
  keepalive_requests 100000000;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  ${
    'answer' in role
      ? `server { listen 127.0.0.1:${port}; location / { default_type application/json; return 200 '${role.answer}'; } }`
      : `upstream up { server 127.0.0.1:${role.upstreamPort}; keepalive 512; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`
  }
}
`

const workerOf = async (master: ChildProcess): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    await pause(50)
    if (master.exitCode !== null) break
    const { pid } = master
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
    if (children) return Number(children.split(' ')[0])
  }
  throw new Error('nginx did not start')
}
