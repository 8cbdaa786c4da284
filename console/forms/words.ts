const capitals = new Set(
  'acl api ca cors csrf dns grpc hmac http https id ip jwt ldap oidc pem sni srv ssl tcp tls ttl udp uri url uuid'.split(
    ' ',
  ),
)

/** A wire name as a person would write it: `tls_verify_depth` is "TLS verify depth". */
export const words = (name: string): string => {
  const text = name.split(/[_-]/).map(word).join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const word = (part: string): string => {
  if (capitals.has(part)) return part.toUpperCase()
  const single = part.slice(0, -1)
  return part.endsWith('s') && capitals.has(single) ? `${single.toUpperCase()}s` : part
}

/** "1 route", "3 routes". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`
