/** How the people of one language and place are called and reached. Given and family names: as they are written, and in Latin letters for an address. */
export type Nation = {
  language: Language
  locale: string
  timezone: string
  given: readonly string[]
  family: readonly string[]
  /** Family name first, without a space between. */
  familyFirst?: boolean
  /** A phone number with the places of `#` counted up: numbers kept for fiction where there are some, else such as nobody has. */
  phones: readonly string[]
  /** The country in which these numbers are often written without their prefix. */
  country?: string
}

export type Language = 'pt' | 'en' | 'es' | 'de' | 'ar' | 'ja'

const both = (names: string) => names.split(' ')
const latin = (names: string) => names.split(' ').map((name) => name.replaceAll('_', ' '))

export const nations: Record<string, Nation> = {
  brazil: {
    language: 'pt',
    locale: 'pt-BR',
    timezone: 'America/Sao_Paulo',
    given: latin(
      'Ana_Beatriz João Larissa Thiago Camila Rafael Júlia Gustavo Fernanda Lucas Patrícia Mateus Letícia Bruno Aline Felipe Vanessa Rodrigo Tatiane Vinícius Luísa André Débora Caio Simone Henrique Márcia Otávio Natália Sérgio',
    ),
    family: latin(
      'Souza Oliveira Nascimento Albuquerque Ferraz Carvalho Gonçalves Moura Teixeira Barbosa da_Silva dos_Santos Figueiredo Araújo Monteiro Pacheco Vasconcelos Rezende Lacerda Cavalcanti',
    ),
    country: 'BR',
    phones: ['+55 (11) 90000-####', '+55 21 90000-####', '+55 31 90000 ####', '+55 11 90000####'],
  },
  unitedStates: {
    language: 'en',
    locale: 'en-US',
    timezone: 'America/Denver',
    given: both(
      'Emily Marcus Hannah Tyrone Grace Ethan Olivia Dashawn Chloe Nathan Abigail Wyatt Priya Carlos Megan Trevor Naomi Caleb Zoe Desmond Riley Hector Paige Quentin Brooke Amir Stella Jonah Keisha Logan',
    ),
    family: both(
      'Whitaker Brooks Delgado Pennington Okafor Lindqvist Harlow Castillo Fairbanks Nguyen Sutherland Moreau Kowalski Beaumont Ashford Patel Ramsey Holloway Vance Ellison',
    ),
    country: 'US',
    phones: ['+1 (303) 555-01##', '+1 720 555 01##', '+1 970-555-01##', '+1 206 555 01##'],
  },
  unitedKingdom: {
    language: 'en',
    locale: 'en-GB',
    timezone: 'Europe/London',
    given: both('Imogen Rhys Saoirse Callum Freya Alistair Anjali Gareth Poppy Hamish Eleanor Tobias'),
    family: both('Fairweather Llewellyn McAllister Pemberton Singh Thistlewood Braithwaite Okonkwo Cartwright Abernathy'),
    phones: ['+44 20 7946 0###', '+44 20 7946 0 ###'],
  },
  mexico: {
    language: 'es',
    locale: 'es-MX',
    timezone: 'America/Mexico_City',
    given: latin(
      'Guadalupe José_Luis Ximena Santiago Valeria Emiliano Daniela Rodrigo María_Fernanda Alejandro Regina Iván Lucía Joaquín Paola Sebastián',
    ),
    family: latin('Hernández Ríos Villanueva Peña Castañeda Núñez Ordóñez Zamora Quintero Ibáñez de_la_Cruz Salgado'),
    phones: ['+52 55 0000 ####', '+52 33 0000 ####'],
  },
  germany: {
    language: 'de',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    given: both('Jürgen Annika Matthias Svenja Lukas Käthe Florian Ayşe Sören Franziska Björn Greta Emre Wiebke'),
    family: latin('Müller Schönfeld Brückner Weiß Hoffmann Yıldız Kästner von_Stetten Baumgärtner Lindemann Großmann Petersen'),
    phones: ['+49 171 39200##', '+49 30 23125 0##', '+49 176 040690##'],
  },
  emirates: {
    language: 'ar',
    locale: 'ar-AE',
    timezone: 'Asia/Dubai',
    given: both('فاطمة|Fatima أحمد|Ahmed مريم|Maryam خالد|Khalid نورة|Noura يوسف|Yousef ليلى|Layla عمر|Omar سارة|Sara حسن|Hassan'),
    family: both('المنصوري|Almansoori الهاشمي|Alhashimi حداد|Haddad الزعابي|Alzaabi نصار|Nassar العلي|Alali شاهين|Shaheen قاسم|Qasim'),
    phones: ['+971 50 000 ####', '+971 50000####'],
  },
  japan: {
    language: 'ja',
    locale: 'ja-JP',
    timezone: 'Asia/Tokyo',
    given: both('陽菜|Hina 大翔|Hiroto 美咲|Misaki 健太|Kenta さくら|Sakura 拓海|Takumi 結衣|Yui 翔|Sho 由美子|Yumiko 誠|Makoto'),
    family: both('佐藤|Sato 田中|Tanaka 小林|Kobayashi 山口|Yamaguchi 渡辺|Watanabe 中村|Nakamura 長谷川|Hasegawa 石井|Ishii'),
    familyFirst: true,
    phones: ['+81 3 5550 ####', '+81-3-5550-####'],
  },
}

/** People whose names test a layout. */
export const longNames = [
  'Maria Aparecida do Perpétuo Socorro Cavalcanti de Albuquerque e Vasconcelos Figueiredo',
  'Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine (Purchasing, Outdoor Equipment & Expedition Supplies)',
  'José María Hernández-Castañeda y Fernández de Córdoba, Departamento de Compras Institucionales',
  "O'Neil-D'Angelo, Siobhán Máire Ní Dhomhnaill",
] as const
