import type { CommandTexts } from './command-texts.ts';

export const esCommands: CommandTexts = {
  story: {
    does: 'Continuar un cuento a partir de sus primeras palabras',
    options: {
      opening: 'Cómo empieza; si falta, empiezo con una frase que he leído',
      corpus: 'La colección de cuentos de la que cuento',
      words: 'Cuántas palabras añadir, contando los signos de puntuación; si no, {words}',
      temperature: 'La osadía: 0 toma siempre la palabra más probable, 2 es desatado',
      'max-copy': 'Cuántas palabras seguidas pueden estar tal como las leí; si no, las que sean',
      seed: 'Un número; con el mismo vuelve el mismo cuento',
    },
  },
  train: {
    does: 'Darme un archivo de texto para aprender',
    options: {
      file: 'Un cuento en .txt, .md, .html o .epub; si falta, aprendo la colección otra vez',
      corpus: 'La colección a la que va; si no, se llama como el archivo',
      mode: 'Añadir a la colección o empezar de cero',
    },
  },
  accuracy: { does: 'Mostrar lo bien que conozco una colección', options: { corpus: 'Qué colección' } },
  corpora: {
    does: 'Mostrar las colecciones o elegir de cuál se cuenta',
    options: {
      action: 'Qué hacer; si no, mostrarlas',
      corpus: 'Qué colección',
      version: 'El modelo al que volver; si no, el anterior',
    },
  },
  forget: {
    does: 'Borrar lo que me diste y todo lo que aprendí de ello',
    options: {
      scope: 'Si falta, pregunto antes cuando hay más de una colección',
      corpus: 'Solo en esta colección',
    },
  },
  cancel: {
    does: 'Terminar un aprendizaje y olvidar lo aprendido en él',
    options: { corpus: 'La colección que se está aprendiendo' },
  },
  help: { does: 'Lo que sé hacer y lo que guardo', options: {} },
  choices: {
    append: 'Añadir',
    clean: 'Empezar de cero',
    list: 'Mostrarlas',
    everything: 'Todo lo mío',
    use: 'Contar de ella en este canal',
    'use-everywhere': 'Contar de ella en todo el servidor',
    export: 'Entregarla como archivo',
    rollback: 'Volver a un modelo anterior',
  },
};
